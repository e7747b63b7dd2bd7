#include <stdlib.h>

#ifndef LIST_H
#define LIST_H
#define LIST_LIMIT 3
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* A node. */
typedef struct node {
    struct node *next;
    int value;
} node_t;

enum colour { RED, GREEN };

int list_length(const node_t *head);

/**
 * @brief Returns the first node. Null when there is none.
 *
 * @param head where the list begins
 */
static node_t *
list_first(node_t *head, int *count)
{
    *count = 1;
    return head;
}
#endif
