#!/usr/bin/python3
"""That the forgetful file system forgets what was not synced, and only that."""

import concurrent.futures
import errno
import fcntl
import os
import sys
import time
import unittest
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path += [str(here.parent / "lib")]

from forgetful_disk import ForgetfulDisk, skip_where_impossible

PAGE = 4096


class Case(unittest.TestCase):
    def setUp(self):
        self.disk = ForgetfulDisk()
        self.addCleanup(self.disk.close)
        self.root = os.open(self.disk.path, os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, self.root)

    def path(self, name):
        return f"{self.disk.path}/{name}"

    def open(self, name, flags=os.O_RDWR | os.O_CREAT):
        file = os.open(self.path(name), flags)
        self.addCleanup(os.close, file)
        return file

    def kept(self, name, content):
        """A file that has this content, and will after any cut."""
        file = self.open(name)
        os.pwrite(file, content, 0)
        os.fsync(file)
        os.fsync(self.root)
        return file

    def cut(self, **how):
        lost = self.disk.cut_power(**how)
        self.disk.restore_power()
        return lost

    def read(self, name):
        return Path(self.path(name)).read_bytes()

    def names(self):
        return sorted(os.listdir(self.disk.path))


class Bytes(Case):
    def test_what_was_synced_is_kept(self):
        file = self.kept("f", b"old" * 5000)
        os.pwritev(file, [b"new", b"er"], 6000)
        os.fdatasync(file)

        self.assertEqual(0, self.cut())

        content = b"old" * 5000
        self.assertEqual(content[:6000] + b"newer" + content[6005:], self.read("f"))

    def test_what_was_not_synced_is_forgotten(self):
        file = self.kept("f", b"old" * 5000)
        os.pwrite(file, b"new", 6000)
        os.pwrite(file, b"behind the end", 20_000)
        self.assertIn(b"new", self.read("f"))

        self.assertGreater(self.cut(), 0)

        self.assertEqual(b"old" * 5000, self.read("f"))

    def test_a_file_cut_short_has_its_length_again(self):
        file = self.kept("f", b"old" * 5000)
        os.ftruncate(file, 5)
        self.assertEqual(b"oldol", self.read("f"))
        self.cut()
        self.assertEqual(b"old" * 5000, self.read("f"))

        os.ftruncate(file, 5)
        os.fsync(file)
        self.cut()
        os.ftruncate(file, 8)
        self.assertEqual(b"oldol\0\0\0", self.read("f"))

    def test_reserved_space_is_zeros_and_kept_when_synced(self):
        file = self.kept("f", b"old")
        os.posix_fallocate(file, 0, 3 * PAGE)
        self.cut()
        self.assertEqual(b"old", self.read("f"))

        os.posix_fallocate(file, 0, 3 * PAGE)
        os.fdatasync(file)
        self.cut()
        self.assertEqual(b"old" + bytes(3 * PAGE - 3), self.read("f"))

    def test_a_cut_may_leave_any_part_of_what_was_not_synced(self):
        pages = 64
        file = self.kept("f", b"o" * PAGE * pages)
        seen = set()
        for seed in range(4):
            os.pwrite(file, b"n" * PAGE * pages, 0)
            self.cut(leaves_some_by=seed)
            content = self.read("f")
            for start in range(0, len(content), PAGE):
                page = content[start : start + PAGE]
                written = page.find(b"o") if b"o" in page else PAGE
                self.assertEqual(b"n" * written + b"o" * (PAGE - written), page)
                self.assertEqual(0, written % 512)
                seen.add({0: "old", PAGE: "new"}.get(written, "torn"))
            os.pwrite(file, b"o" * PAGE * pages, 0)
            os.fsync(file)
        self.assertEqual({"new", "old", "torn"}, seen)

    def test_the_same_seed_leaves_the_same(self):
        file = self.kept("f", b"o" * PAGE * 64)
        contents = []
        for _ in range(2):
            os.pwrite(file, b"n" * PAGE * 64, 0)
            self.cut(leaves_some_by=7)
            contents.append(self.read("f"))
            os.pwrite(file, b"o" * PAGE * 64, 0)
            os.fsync(file)
        self.assertEqual(contents[0], contents[1])


class Power(Case):
    def test_nothing_works_without_it(self):
        file = self.kept("f", b"old")
        self.disk.cut_power()
        for call in (
                lambda: os.pwrite(file, b"new", 0), lambda: os.pread(file, 3, 0), lambda: os.fsync(file),
                lambda: os.fsync(self.root), lambda: self.open("g")):
            with self.assertRaises(OSError) as raised:
                call()
            self.assertEqual(errno.EIO, raised.exception.errno)

        self.disk.restore_power()

        self.assertEqual((["f"], b"old"), (self.names(), self.read("f")))

    def test_a_sync_counts_if_it_ended_before_the_cut(self):
        file = self.kept("f", b"old")
        self.disk.let_syncs_take(300)
        os.pwrite(file, b"new", 0)
        with concurrent.futures.ThreadPoolExecutor() as executor:
            began = time.monotonic()
            os.fdatasync(file)
            self.assertGreaterEqual(time.monotonic() - began, 0.3)
            os.pwrite(file, b"newer", 0)
            sync = executor.submit(os.fdatasync, file)
            while not sync.running():
                pass
            self.disk.cut_power()
            self.assertEqual(errno.EIO, sync.exception().errno)
        self.disk.restore_power()

        self.assertEqual(b"new", self.read("f"))

    def test_what_is_written_during_a_sync_is_not_safe_after_it(self):
        file = self.kept("f", b"old" + bytes(PAGE))
        self.disk.let_syncs_take(1000)
        os.pwrite(file, b"new", 0)
        with concurrent.futures.ThreadPoolExecutor() as executor:
            sync = executor.submit(os.fdatasync, file)
            time.sleep(0.3)  # By then the sync has begun; nothing tells when it does.
            os.pwrite(file, b"late", 3)
            os.pwrite(file, b"late", PAGE)
            self.assertIsNone(sync.exception())
        self.cut()

        self.assertEqual(b"new" + bytes(PAGE), self.read("f"))


class Names(Case):
    def test_a_new_name_is_forgotten_although_the_file_was_synced(self):
        file = self.open("f")
        os.pwrite(file, b"content", 0)
        os.fsync(file)

        self.cut()

        self.assertEqual([], self.names())

    def test_a_new_name_is_kept_when_its_directory_was_synced_without_what_was_not(self):
        file = self.open("f")
        os.pwrite(file, b"content", 0)
        os.fsync(self.root)

        self.cut()

        self.assertEqual(b"", self.read("f"))

    def test_a_rename_over_another_file_is_whole_or_forgotten(self):
        self.kept("f", b"old")
        self.kept("f.new", b"new")
        os.rename(self.path("f.new"), self.path("f"))
        self.assertEqual((["f"], b"new"), (self.names(), self.read("f")))

        self.cut()
        self.assertEqual((["f", "f.new"], b"old"), (self.names(), self.read("f")))

        os.rename(self.path("f.new"), self.path("f"))
        os.fsync(self.root)
        self.cut()
        self.assertEqual((["f"], b"new"), (self.names(), self.read("f")))

    def test_a_removed_file_is_back_unless_its_directory_was_synced(self):
        self.kept("f", b"old")
        os.unlink(self.path("f"))
        self.cut()
        self.assertEqual(b"old", self.read("f"))

        os.unlink(self.path("f"))
        os.fsync(self.root)
        self.cut()
        self.assertEqual([], self.names())

    def test_a_cut_may_leave_the_first_changes_of_a_directory(self):
        seen = set()
        for seed in range(20):
            for name in ("1", "2", "3"):
                os.close(os.open(self.path(name), os.O_RDWR | os.O_CREAT))
            self.cut(leaves_some_by=seed)
            seen.add("".join(self.names()))
            for name in self.names():
                os.unlink(self.path(name))
            os.fsync(self.root)
        self.assertEqual({"", "1", "12", "123"}, seen)

    def test_a_directory_within_is_kept_by_the_one_it_stands_in(self):
        os.mkdir(self.path("d"))
        self.cut()
        self.assertEqual([], self.names())

        os.mkdir(self.path("d"))
        os.fsync(self.root)
        self.kept("d/f", b"content")
        self.cut()
        self.assertEqual([], os.listdir(self.path("d")))

    def test_a_locked_file_is_locked(self):
        first, second = self.open("LOCK"), self.open("LOCK")
        fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with self.assertRaises(BlockingIOError):
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Lies(Case):
    def test_ignored_syncs_keep_nothing(self):
        file = self.kept("f", b"old")
        self.disk.ignore_syncs()
        os.pwrite(file, b"new", 0)
        os.fdatasync(file)
        os.fsync(file)
        os.rename(self.path("f"), self.path("g"))
        os.fsync(self.root)

        self.cut()

        self.assertEqual((["f"], b"old"), (self.names(), self.read("f")))

    def test_an_order_without_meaning_is_refused(self):
        for order in ("cut", "cut some", "cut some x", "obey"):
            with self.assertRaises(OSError):
                self.disk.tell(order)


if __name__ == "__main__":
    skip_where_impossible()
    unittest.main(warnings="ignore")
