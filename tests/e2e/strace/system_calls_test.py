#!/usr/bin/python3
"""That the reader of strace's output tells an early reply from a late one."""

import unittest

from system_calls import Trace

WRITE = '10 pwrite64(7, "..body-1..", 4096, 0) = 4096'
SYNC = "10 fdatasync(7) = 0"
ZEROS = '10 pwritev(7, [{iov_base="\\0\\0\\0"..., iov_len=1048576}], 1, 4096) = 1048576'
REQUEST = '11 recvfrom(12, "POST / HTTP/1.1\\r\\n", 65536, 0, NULL, NULL) = 150'
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


def has_waited(lines):
    trace = Trace(lines)
    reply = trace.reply_with("md5-1")
    return trace.sync_for(trace.request_of(reply), reply) is not None


class Requests(unittest.TestCase):
    def test_a_reply_after_a_sync_of_what_was_written_since_the_request_is_passed(self):
        self.assertTrue(has_waited([REQUEST, WRITE, SYNC, REPLY]))

    def test_a_reply_without_a_write_of_its_own_is_found(self):
        self.assertFalse(has_waited([WRITE, REQUEST, SYNC, REPLY]))
        self.assertFalse(has_waited([REQUEST, SYNC, REPLY]))

    def test_a_reply_before_the_sync_returned_is_found(self):
        self.assertFalse(has_waited([REQUEST, WRITE, REPLY, SYNC]))
        begun, resumed = "10 fdatasync(7 <unfinished ...>", "10 <... fdatasync resumed>) = 0"
        self.assertFalse(has_waited([REQUEST, WRITE, begun, REPLY, resumed]))

    def test_zeros_written_ahead_do_not_count(self):
        self.assertFalse(has_waited([REQUEST, ZEROS, SYNC, REPLY]))
        self.assertTrue(has_waited([REQUEST, ZEROS, SYNC, WRITE, SYNC, REPLY]))

    def test_the_request_is_the_last_that_its_connection_read(self):
        other = REQUEST.replace("(12", "(13")
        nothing = '11 recvfrom(12, 0x7f, 1, MSG_PEEK, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)'
        trace = Trace([REQUEST, REQUEST, other, nothing, REPLY, REQUEST])
        self.assertEqual(1, trace.request_of(trace.reply_with("md5-1")).began)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
