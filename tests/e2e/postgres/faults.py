"""What goes wrong at a site, under load. Each returns when all is well again, and how long nobody was served.

None of them starts a server again that did not die itself, and none helps a server to find back.
"""

import signal

from postgres import ROLE, until

LONGER_THAN_A_LEASE_S = 7  # A standby that sees no sign of life takes over before.


def owner_killed(site):
    owner = site.nodes.owner()
    with site.harm():
        owner.end(signal.SIGKILL)
        outage = site.nodes.await_service()
    owner.spawn()
    site.await_whole()
    return outage


def standby_killed(site):
    standby = site.nodes.standby()
    with site.harm():
        standby.end(signal.SIGKILL)
        outage = site.nodes.await_service()
        standby.spawn()
        site.await_whole()
    return outage


def both_killed(site):
    with site.harm():
        for node in site.nodes.nodes:
            node.end(signal.SIGKILL)
        for node in site.nodes.nodes:
            node.spawn()
        outage = site.nodes.await_service()
    site.await_whole()
    return outage


def owner_asleep(site):
    """It wakes up when another one owns the log, with whatever it was about to say."""
    owner = site.nodes.owner()
    with site.harm():
        owner.pause()
        outage = site.nodes.await_service()
        site.work(site.chance.uniform(0, 3))
        owner.resume()
        site.await_whole()
    return outage


def owner_dozing(site):
    """Not for long enough to be deposed, or just about."""
    owner = site.nodes.owner()
    with site.harm():
        owner.pause()
        site.work(site.chance.uniform(0.5, 4.5))
        owner.resume()
        outage = site.nodes.await_service()
        site.await_whole()
    return outage


def switched_over(site):
    with site.harm():
        site.nodes.promote(site.nodes.standby())
        outage = site.nodes.await_service()
    site.await_whole()
    return outage


def database_killed(site):
    with site.harm():
        site.database.kill()
        site.work(site.chance.uniform(0, 2))
        site.database.start()
        outage = site.nodes.await_service()
        site.await_whole()
    return outage


def database_down(site):
    """For longer than anybody waits for it."""
    with site.harm():
        site.database.kill()
        site.await_refusals()
        site.work(LONGER_THAN_A_LEASE_S)
        site.database.start()
        outage = site.nodes.await_service()
        site.await_whole()
    return outage


def database_restarted(site):
    with site.harm():
        site.database.restart()
        outage = site.nodes.await_service()
        site.await_whole()
    return outage


def database_asleep(site):
    with site.harm():
        site.database.pause()
        site.await_refusals()
        site.work(LONGER_THAN_A_LEASE_S)
        site.database.resume()
        outage = site.nodes.await_service()
        site.await_whole()
    return outage


def sessions_ended(site):
    """An administrator does so, or a fire wall that has forgotten them."""
    with site.harm():
        for _ in range(20):
            end_sessions(site.database)
            site.work(0.1)
        outage = site.nodes.await_service()
        site.await_whole()
    return outage


def commits_slow(site):
    """A tenth of a second each."""
    with site.harm():
        set_commit_delay(site, 100_000)
        site.work(5)
        set_commit_delay(site, 0)
        outage = site.nodes.await_service()
    return outage


def end_sessions(database):
    database.query(f"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{ROLE}'")


def set_commit_delay(site, microseconds):
    site.database.query(f"alter system set commit_delay = {microseconds}")
    site.database.query("alter system set commit_siblings = 0")
    site.database.query("select pg_reload_conf()")


def pair_failed_over(site):
    """The standby was synchronous, so it has all that was acknowledged."""
    with site.harm():
        site.database.kill()
        outage = promote(site)
        site.await_whole()
    return outage


def copy_stuck(site):
    """Commits wait for a standby that does not answer, and then it is the one to be promoted. Whose session ends while it waits
    has committed here and not there: everybody sees the row, and nobody may be told of it."""
    primary, standby = site.databases
    with site.harm():
        standby.pause()
        for _ in range(4):
            site.work(2)
            end_sessions(primary)
        site.work(1)
        primary.kill()
        standby.resume()
        until(standby.is_ready, "the standby takes connections")
        outage = promote(site)
        site.await_whole()
    return outage


def promote(site):
    """The killed primary is not started again: whoever fails over sees to that. Its port is taken by a new copy."""
    old, new = site.databases
    new.promote()
    site.databases = [new, old]
    outage = site.nodes.await_service()
    old.become_copy_of(new)
    new.follow_synchronously(old)
    return outage


def network_cut(site):
    with site.harm():
        site.database.cut()
        site.await_refusals()
        site.work(LONGER_THAN_A_LEASE_S)
        site.database.mend()
        outage = site.nodes.await_service()
        site.await_whole()
    return outage


def network_cut_briefly(site):
    with site.harm():
        site.database.cut()
        site.work(site.chance.uniform(0.3, 3))
        site.database.mend()
        outage = site.nodes.await_service()
        site.await_whole()
    return outage


def answers_lost(site):
    """Whatever is asked is done, and nobody hears of it."""
    with site.harm():
        site.database.cut_answers()
        site.work(site.chance.uniform(1, LONGER_THAN_A_LEASE_S))
        site.database.mend()
        outage = site.nodes.await_service()
        site.await_whole()
    return outage


def disk_full(site):
    with site.harm():
        site.database.fill()
        site.await_refusals()
        site.work(LONGER_THAN_A_LEASE_S)
        site.database.empty()
        if site.database.process.poll() is not None:
            site.database.start()
        until(site.database.is_ready, "PostgreSQL takes connections again")
        outage = site.nodes.await_service()
        site.await_whole()
    return outage


ANYWHERE = (owner_killed, standby_killed, both_killed, owner_asleep, owner_dozing, switched_over)
FAULTS = {
    "alone": (*ANYWHERE, database_killed, database_down, database_restarted, database_asleep, sessions_ended, commits_slow),
    "pair": (*ANYWHERE, pair_failed_over, copy_stuck),
    "network": (network_cut, network_cut_briefly, answers_lost, owner_killed),
    "disk": (disk_full, owner_killed),
}
