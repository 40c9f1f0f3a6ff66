"""The expected values of this directory, by Python's decimal and fractions alone:
    python3 make.py        writes rounding.csv and tax.csv
"""
import decimal
import random
from decimal import Decimal
from fractions import Fraction

MODES = ['half_up', 'half_even', 'half_down', 'up', 'down', 'ceiling', 'floor']
random.seed(4217)
decimal.getcontext().prec = 80


def rounded(number, scale, mode):
    """Of a Decimal, with scale digits shown; a negative scale shows none."""
    quantum = Decimal(1).scaleb(-scale)
    result = number.quantize(quantum, rounding='ROUND_' + mode.upper())
    return format(result if scale >= 0 else result.quantize(Decimal(1)), 'f')


def number(max_digits, max_scale):
    digits = random.randint(1, max_digits)
    coefficient = random.randint(0, 10 ** digits - 1) * random.choice([1, -1])
    if random.random() < 0.4:       # a tie
        coefficient = coefficient * 10 + random.choice([5, -5])
    return Decimal(coefficient).scaleb(-random.randint(0, max_scale))


with open('rounding.csv', 'w') as out:
    print('amount', 'scale', *MODES, sep=',', file=out)
    for _ in range(400):
        amount = number(30, 12)
        scale = random.randint(-4, 8)
        # negative zero is a thing of Python's, not of SQL's
        print(format(amount + 0, 'f'), scale,
              *(format(Decimal(rounded(amount, scale, mode)) + 0, 'f') for mode in MODES),
              sep=',', file=out)

with open('tax.csv', 'w') as out:
    print('amount', 'rate', 'scale', 'on_net', 'in_gross', sep=',', file=out)
    for _ in range(400):
        amount = number(random.choice([6, 12, 24]), 4)
        rate = Decimal(random.randint(0, 100 * 10 ** 4)).scaleb(-4)
        if random.random() < 0.6:
            rate = Decimal(random.choice(['7', '8', '8.5', '10', '19', '20', '21', '22', '25', '100', '33.3333']))
        scale = random.randint(-1, 4)
        results = []
        for divisor in (Fraction(100), 100 + Fraction(rate)):
            units = abs(Fraction(amount)) * Fraction(rate) / divisor * Fraction(10) ** scale
            whole, rest = divmod(units.numerator, units.denominator)
            whole += 2 * rest >= units.denominator
            tax = Decimal(whole if amount >= 0 else -whole).scaleb(-scale) + 0
            results.append(format(tax.quantize(Decimal(1).scaleb(-max(scale, 0))), 'f'))
        print(format(amount + 0, 'f'), format(rate, 'f'), scale, *results, sep=',', file=out)
