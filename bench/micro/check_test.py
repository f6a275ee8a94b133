#!/usr/bin/python3
"""What counts of instructions are judged by."""

import unittest

from check import compared


class Compared(unittest.TestCase):
    def judged(self, recorded, counted):
        lines, is_well = compared(recorded, counted)
        return is_well, "\n".join(lines)

    def test_three_percent_more_is_let_pass(self):
        self.assertTrue(self.judged({"a": 1000}, {"a": 1030})[0])

    def test_more_than_that_fails_and_is_named(self):
        is_well, told = self.judged({"a": 1000, "b": 1000}, {"a": 1000, "b": 1031})
        self.assertFalse(is_well)
        self.assertRegex(told, r"b +1,000 +1,031 +\+3\.1%  MORE")

    def test_less_is_told_and_does_not_fail(self):
        is_well, told = self.judged({"a": 1000}, {"a": 900})
        self.assertTrue(is_well)
        self.assertIn("-10.0%  less: record it", told)

    def test_a_case_that_is_new_or_gone_fails(self):
        self.assertEqual((False, "a: is not recorded"), self.judged({}, {"a": 1}))
        self.assertEqual((False, "a: is recorded, and there is no such case"), self.judged({"a": 1}, {}))


if __name__ == "__main__":
    unittest.main()
