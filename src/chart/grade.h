/*
 * grade.h
 *		Grades of scores: A is best, D is worst.
 */
#ifndef OPPORTUNITY_GRADE_H
#define OPPORTUNITY_GRADE_H

#include "opportunity.h"

#define N_GRADES	4
#define N_CUTS		(N_GRADES - 1)

/* The lowest scores of A, B and C, descending; what is below C's is D. */
typedef struct GradeCuts
{
	int			cut[N_CUTS];
} GradeCuts;

#define DEFAULT_GRADE_CUTS	{{75, 50, 25}}

/* Colors by grade, as #rrggbb. */
extern const char *const grade_colors[N_GRADES];

/* Errors unless the cuts are strictly descending and within 0 to 100. */
extern void check_grade_cuts(const GradeCuts *cuts);

static inline bool
score_is_valid(double score)
{
	return score >= 0.0 && score <= 100.0;	/* false for NaN */
}

/* 0 for A to 3 for D; the score is valid. */
static inline int
grade_of(double score, const GradeCuts *cuts)
{
	int			grade = 0;

	while (grade < N_CUTS && score < cuts->cut[grade])
		grade++;
	return grade;
}

#endif							/* OPPORTUNITY_GRADE_H */
