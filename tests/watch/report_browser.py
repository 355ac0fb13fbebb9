"""Opens a report that write_report.c wrote, as its readers do: report_browser.py CHROMIUM PAGE [PICTURES]

It is looked at in light and dark, wide and narrow, with mouse and keyboard. PICTURES: a folder for pictures of it.
"""
import re
import sys
import time

from browser import Browser

bad = []


def check(fine, what, found=""):
    if not fine:
        bad.append(what)
        print("FAILED: %s %s" % (what, found))


# ---- contrast, as WCAG 2 counts it ----

def luminance(color):
    def linear(c):
        c /= 255
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
    red, green, blue = (float(c) for c in re.findall(r"[\d.]+", color)[:3])
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def style(page, selector, what):
    return page.value("getComputedStyle(document.querySelector(%r)).%s" % (selector, what))


def check_colors(page, scheme):
    card = style(page, ".card", "backgroundColor")
    for selector, what, least in ((".card h2", "color", 4.5), (".muted", "color", 4.5), (".figures dd", "color", 4.5),
                                  (".events .alarm", "color", 4.5), (".events .warning", "color", 4.5),
                                  (".events .fine", "color", 4.5), (".plot text", "fill", 4.5),
                                  ("[data-line=D]", "stroke", 3), ("[data-line=G]", "stroke", 3),
                                  ("[data-line='of real ones']", "stroke", 3), ("[data-line=evaluation]", "stroke", 3)):
        found = contrast(style(page, selector, what), card)
        check(found >= least, "%s: contrast of %s" % (scheme, selector), found)


# ---- what must be there ----

TITLES = ["Losses", "What D says", "Gradient norms", "Evaluation", "Logits of D", "Penalties", "Learning rates",
          "Time of a step"]


def check_curves(page):
    titles = page.value("[...document.querySelectorAll('figure h3')].map(e => e.textContent)")
    check(titles == TITLES, "the charts", titles)
    lines = page.value("""[...document.querySelectorAll('.plot .line')].map(e => {
        const box = e.getBBox(), plot = e.closest('svg').viewBox.baseVal;
        return [e.closest('figure').dataset.chart, e.dataset.line, e.getTotalLength(), box.x, box.width, box.y, box.height,
                plot.width, plot.height]; })""")
    check(len(lines) == 14, "the lines", lines)
    for chart, name, length, x, width, y, height, wide, high in lines:
        check(width > 0.6 * wide and length > width - 1, "%s of %s goes from end to end" % (name, chart), (x, width))
        check(x >= 40 and y >= 0 and x + width <= wide and y + height <= high, "%s of %s is inside" % (name, chart))
    # D's loss falls off from 1.2 to 0.9 at the beginning: the line begins lower than it ends.
    ends = page.value("""(() => { const e = document.querySelector('[data-line=D]'), n = e.getTotalLength();
        return [e.getPointAtLength(0).y, e.getPointAtLength(n).y]; })()""")
    check(ends[0] > ends[1] + 5, "D's loss rises", ends)
    gaps = page.value("document.querySelector('[data-line=D]').getAttribute('d').split('M').length - 1")
    check(gaps in (1, 2), "a step that is not finite is a gap at most", gaps)
    ticks = page.value("[...document.querySelectorAll('figure .plot')].map(e => e.querySelectorAll('text').length)")
    check(all(n >= 5 for n in ticks), "ticks", ticks)
    check("ms" in page.value("document.querySelector('[data-chart=\"Time of a step\"] .legend').textContent"), "units")
    marks = page.value("[...document.querySelectorAll('.plot')].map(e => e.querySelectorAll('.mark').length)")
    check(marks == [3] * len(TITLES), "events on the curves", marks)
    check(page.value("document.querySelectorAll('.plot .spell').length") == 2 * len(TITLES), "spells")


def check_texts(page):
    text = page.value("document.body.innerText")
    for part in ("write_report </title><b id=\"injected\">", "a & b <i>c</i>", "Made examples are alike </script>",
                 "Raise r1_weight to 3.", "Set clip_norm to 1.", "variety 0.2", "gradients-explode in G.2.weight",
                 "write_report --title '</title>'", "preset: 0.3", "parameters", "Generator", "Discriminator", "Ended"
                 if "Ended" in text else "Running"):
        check(part in text, "the page says", part)
    check(page.value("document.getElementById('injected') === null && document.querySelector('i') === null"),
          "no text becomes markup")
    check(page.value("document.title").startswith("write_report </title>"), "the title")


# ---- what must move ----

def check_slider(page):
    state = "[document.getElementById('when').value, document.getElementById('shown').textContent, " \
            "document.getElementById('grid').src.length, document.getElementById('grid').naturalWidth]"
    page.value("document.getElementById('when').focus()")
    first = page.value(state)
    source = page.value("document.getElementById('grid').src")
    check(first[:2] == ["7", "after step 2,000"] and first[3] > 100, "the latest samples are shown", first)
    page.key("ArrowLeft")
    check(page.value(state)[:2] == ["6", "after step 1,750"], "the slider moves by key", page.value(state))
    check(page.value("document.getElementById('grid').src") != source, "other samples are shown")
    check("step 1,750" in page.value("document.getElementById('when').getAttribute('aria-valuetext')"), "it is told")
    check("step 1,750" in page.value("document.getElementById('figures-step').textContent"), "the figures follow")
    page.key("Home")
    check(page.value(state)[:2] == ["0", "after step 250"], "the slider goes to its beginning")
    page.value("document.getElementById('play').click()")
    end = time.monotonic() + 60
    while page.value("document.getElementById('when').value") != "7" and time.monotonic() < end:
        time.sleep(0.1)
    check(page.value(state)[:2] == ["7", "after step 2,000"], "samples are played to the end")
    page.value("document.getElementById('before').click()")
    check(page.value(state)[:2] == ["6", "after step 1,750"], "a button goes back")


def check_keyboard(page):
    now = "Number(document.querySelector('.plot').getAttribute('aria-valuenow'))"
    legend = "document.querySelector('figure .legend').textContent"
    page.value("document.querySelector('.plot').focus()")
    at, said = page.value(now), page.value(legend)
    for _ in range(40):
        page.key("ArrowLeft")
    check(page.value(now) < at, "arrows move the cursor", page.value(now))
    check(page.value(legend) != said, "the legend shows other values")
    check(page.value("document.querySelectorAll('.plot .cursor').length") == len(TITLES), "all charts show the cursor")
    text = page.value("document.querySelector('.plot').getAttribute('aria-valuetext')")
    check(re.match(r"step [\d,]+: D [\d.]+, G [\d.]+$", text), "the values are told", text)
    page.key("Home")
    check(page.value(now) <= 4, "Home goes to the beginning", page.value(now))
    page.key("Escape")
    check(page.value("document.querySelectorAll('.plot .cursor').length") == 0, "Escape hides the cursor")
    page.value("document.activeElement.blur(), window.scrollTo(0, 0)")
    reached = set()
    for _ in range(60):
        page.key("Tab")
        reached.add(page.value("document.activeElement.id || document.activeElement.getAttribute('aria-label') || "
                               "document.activeElement.textContent.slice(0, 20)"))
    for wanted in ("when", "play", "before", "Losses: step", "Time of a step: step", "Generator: layers"):
        check(wanted in reached, "Tab reaches", wanted)
    check(any("gradients" in r for r in reached), "Tab reaches the events", reached)


def check_mouse(page):
    box = page.value("""(() => { document.querySelector('.plot').scrollIntoView({block: 'center'});
        const b = document.querySelector('.plot').getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; })()""")
    page.mouse(box[0] + box[2] / 2, box[1] + box[3] / 2)
    at = page.value("Number(document.querySelector('.plot').getAttribute('aria-valuenow'))")
    check(900 <= at <= 1100, "hovering shows the values there", at)
    check(page.value("document.querySelectorAll('.plot .cursor').length") == len(TITLES), "a cursor follows the mouse")
    page.value("""document.querySelector('[data-chart="Gradient norms"] button').click()""")
    check(page.value("""document.querySelector('[data-chart="Gradient norms"] button').getAttribute('aria-pressed')""")
          == "true", "an axis becomes logarithmic")
    check_lines = page.value("""[...document.querySelectorAll('[data-chart="Gradient norms"] .line')]
        .every(e => !e.getAttribute('d').includes('NaN'))""")
    check(check_lines, "its lines are numbers")
    page.value("document.querySelector('figure details').open = true")
    time.sleep(0.3)
    check(page.value("document.querySelectorAll('figure details table tr').length") == 25, "numbers as a table")


# ---- the whole ----

def look_at(page, path, pictures):
    for scheme in ("light", "dark"):
        for width in (1280, 820, 360):
            page.look(width, scheme=scheme)
            page.open(path)
            over = page.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            check(over <= 0, "%s, %d wide: nothing sticks out" % (scheme, width), over)
            if pictures:
                page.picture("%s/%s-%d.png" % (pictures, scheme, width))
        check_colors(page, scheme)
    dark = style(page, "body", "backgroundColor")
    page.look(1280)
    page.open(path)
    check(contrast(dark, style(page, "body", "backgroundColor")) > 10, "dark is dark, light is light")
    check(style(page, ".bar span", "transitionDuration") if page.value("!document.getElementById('bar').hidden") else "-",
          "the bar")
    check_curves(page)
    check_texts(page)
    check_slider(page)
    check_keyboard(page)
    check_mouse(page)
    page.look(1280, motion="reduce")
    page.open(path)
    check(style(page, "button", "transitionDuration") == "0s", "nothing moves where that is not wanted")


def said(page):
    for event in page.events:
        kind, what = event["method"], event["params"]
        if kind == "Runtime.exceptionThrown" or kind == "Runtime.consoleAPICalled" or kind == "Log.entryAdded":
            yield "%s: %s" % (kind, what)
        if kind == "Network.requestWillBeSent" and not what["request"]["url"].startswith(("file:", "data:")):
            yield "it asks for " + what["request"]["url"]


def main(program, path, pictures=None):
    page = Browser(program)
    try:
        look_at(page, path, pictures)
        for text in said(page):
            check(False, "the console is silent:", text)
    finally:
        page.close()
    print("%s: %s" % (path, "%d checks failed" % len(bad) if bad else "as it should be"))
    return 1 if bad else 0


sys.exit(main(*sys.argv[1:]))
