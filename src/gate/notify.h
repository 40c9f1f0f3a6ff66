/*
 * notify.h
 *		Telling those who listen that a row has moved.
 */
#ifndef OPPORTUNITY_GATE_NOTIFY_H
#define OPPORTUNITY_GATE_NOTIFY_H

#include "gate/report.h"

/* Notifies the channel of the options, which there must be, if the row has entered another stage. */
extern void notify_move(const JudgedRow *judged);

#endif							/* OPPORTUNITY_GATE_NOTIFY_H */
