#!/usr/bin/python3
"""That the reader of strace's output tells an early reply from a late one."""

import unittest

from system_calls import Trace

WRITE = '10 pwrite64(7, "..body-1..", 4096, 0) = 4096'
SYNC = "10 fdatasync(7) = 0"
REPLY = '11 sendmsg(12, {msg_iov=[{iov_base="HTTP/1.1 200 OK\\r\\n md5-1", iov_len=20}]}, MSG_NOSIGNAL) = 20'


def is_durable(lines):
    trace = Trace(lines)
    sync = trace.sync_of(trace.write_of("body-1"))
    return sync is not None and sync.returned < trace.reply_with("md5-1").began


class Reading(unittest.TestCase):
    def test_a_reply_after_the_sync_is_passed(self):
        self.assertTrue(is_durable([WRITE, SYNC, REPLY]))

    def test_a_reply_before_the_sync_is_found(self):
        self.assertFalse(is_durable([WRITE, REPLY, SYNC]))
        self.assertFalse(is_durable([REPLY, WRITE, SYNC]))
        self.assertFalse(is_durable([WRITE, REPLY]))

    def test_a_reply_during_the_sync_is_found(self):
        begun, resumed = "10 fdatasync(7 <unfinished ...>", "10 <... fdatasync resumed>) = 0"
        self.assertFalse(is_durable([WRITE, begun, REPLY, resumed]))
        self.assertTrue(is_durable([WRITE, begun, resumed, REPLY]))

    def test_a_sync_that_began_before_the_write_returned_does_not_count(self):
        begun, resumed = WRITE.replace("0) = 4096", "0 <unfinished ...>"), "10 <... pwrite64 resumed>) = 4096"
        self.assertFalse(is_durable([begun, "12 fdatasync(7) = 0", resumed, REPLY]))

    def test_a_failed_sync_or_one_of_another_file_does_not_count(self):
        self.assertFalse(is_durable([WRITE, "10 fdatasync(7) = -1 EIO (Input/output error)", REPLY]))
        self.assertFalse(is_durable([WRITE, "10 fdatasync(8) = 0", REPLY]))


if __name__ == "__main__":
    unittest.main(warnings="ignore")
