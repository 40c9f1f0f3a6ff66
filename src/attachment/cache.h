/*
 * cache.h
 *		The attachments that a backend keeps.
 */
#ifndef OPPORTUNITY_ATTACHMENT_CACHE_H
#define OPPORTUNITY_ATTACHMENT_CACHE_H

#include "attachment/attachment.h"
#include "utils/reltrigger.h"

/*
 * The attachment that a judge_stage or derive_stage trigger stands for.  It
 * stays where it is until the end of the transaction at least.
 */
extern const Attachment *get_attachment(Relation rel, const Trigger *trigger);

/* Changes when anything may have changed that attachments are made of. */
extern uint64 attachment_generation(void);

#endif							/* OPPORTUNITY_ATTACHMENT_CACHE_H */
