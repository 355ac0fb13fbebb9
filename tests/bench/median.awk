# The middle one of a[1] to a[n], which it sorts.
function median(a, n,   i, j, t) {
    for (i = 1; i <= n; i++)
        for (j = i + 1; j <= n; j++)
            if (a[j] < a[i]) {
                t = a[i]
                a[i] = a[j]
                a[j] = t
            }
    return a[int((n + 1) / 2)]
}
