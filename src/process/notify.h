/*
 * notify.h
 *		Telling those who listen that a row has moved.
 */
#ifndef OPPORTUNITY_PROCESS_NOTIFY_H
#define OPPORTUNITY_PROCESS_NOTIFY_H

#include "process/report.h"

/* Notifies the channel of the options, which there must be, if the row has entered another stage. */
extern void notify_move(const JudgedRow *judged);

#endif							/* OPPORTUNITY_PROCESS_NOTIFY_H */
