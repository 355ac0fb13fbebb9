/*
 * What depends on tensors and constants alone is steady: it stays as it is until somebody changes a tensor. Weights in
 * panels, a spectrally normalised weight, the scale that a batch norm has in inference.
 */
#include "graph.h"

static bool is_steady(const struct gan_graph *graph, const struct gan_node *node)
{
    if (gan_node_is_leaf(node))
        return gan_node_kind(node) != GAN_KIND_INPUT;
    for (int i = 0; i < node->inputs; i++)
        if (!graph->nodes[node->input[i].node].steady)
            return false;
    return node->inputs > 0; /* else it is random */
}

void gan_graph_find_steady(struct gan_graph *graph)
{
    for (size_t i = 0; i < graph->count; i++) {
        struct gan_node *node = &graph->nodes[i];
        node->steady = is_steady(graph, node);
        for (int j = 0; j < node->inputs && !node->steady; j++) {
            struct gan_node *read = &graph->nodes[node->input[j].node];
            read->keep |= read->steady && !gan_node_is_leaf(read);
        }
    }
}
