/*
 * resolve.h
 *		Resolving a process against the table it is attached to.
 */
#ifndef OPPORTUNITY_ATTACHMENT_RESOLVE_H
#define OPPORTUNITY_ATTACHMENT_RESOLVE_H

#include "attachment/attachment.h"

/*
 * The process, resolved now unless it is already; NULL of NULL.  Resolving it runs
 * the input functions of the table's types, so what is only to be shown is left
 * as it is.
 */
extern const AttachedProcess *resolve_process(const Attachment *attachment, Relation rel, const AttachedProcess *found);

/* The same of the one that find_process finds. */
extern const AttachedProcess *attached_process(const Attachment *attachment, Relation rel, const char *key);

#endif							/* OPPORTUNITY_ATTACHMENT_RESOLVE_H */
