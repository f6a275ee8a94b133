#include "log/postgres/statements.h"

#include <fmt/format.h>

#include "log/postgres/layout.h"

namespace mailrail::log::postgres {
namespace {

// Who drops waits for nobody for long: appends wait behind it.
constexpr std::string_view brief_lock_timeout =
    "perform set_config('lock_timeout', '200ms', true);";

std::string as_owner(std::string_view schema, std::uint64_t epoch, std::string_view commands) {
  return fmt::format(
      "do $mailrail$ begin perform 1 from {}.lease where epoch = {} for share; if not found then "
      "raise exception 'fenced' using errcode = '{}'; end if; {} end $mailrail$",
      schema, epoch, fenced_state, commands);
}

std::string create_tables(const std::string& schema) {
  return fmt::format(
      R"(do $mailrail$ begin
  perform pg_advisory_xact_lock(hashtext('{0}'));
  create schema if not exists {0};
  create table if not exists {0}.about (
    version int not null, created_at timestamptz not null default now(),
    is_only boolean primary key default true check (is_only));
  create table if not exists {0}.lease (
    epoch bigint not null, beats bigint not null, node text, address text,
    renewed_at timestamptz not null default now(),
    is_only boolean primary key default true check (is_only));
  create table if not exists {0}.log (
    position bigint primary key, epoch bigint not null, previous bigint not null,
    time bigint not null, count int not null, checksum bigint not null, data bytea not null)
    partition by range (position);
  alter table {0}.log alter column data set storage external;
  create table if not exists {0}.checkpoint (
    number bigint primary key, is_finished boolean not null default false, parts int, bytes bigint,
    begin_position bigint, end_position bigint, time bigint, needed_position bigint);
  create table if not exists {0}.checkpoint_part (
    checkpoint bigint, number int, count int not null, checksum bigint not null,
    data bytea not null, primary key (checkpoint, number)) partition by list (checkpoint);
  alter table {0}.checkpoint_part alter column data set storage external;
  insert into {0}.lease (epoch, beats) values (0, 0) on conflict do nothing;
  insert into {0}.about (version) values ({1}) on conflict do nothing;
end $mailrail$)",
      schema, tables_version);
}

std::string insert_into(const std::string& schema) {
  return fmt::format(
      R"(with owner as (select 1 from {0}.lease where epoch = $2::bigint for share),
  predecessor as (select 1 where $8::bigint = 0 union all
    select 1 from {0}.log where position = $8::bigint and checksum = $9::bigint)
insert into {0}.log (position, epoch, previous, time, count, checksum, data)
select $1::bigint, $2::bigint, $3::bigint, $4::bigint, $5::int, $6::bigint, $7::bytea
from owner where exists (select from predecessor)
on conflict (position) do nothing returning 1)",
      schema);
}

std::string look_at_end(const std::string& schema) {
  return fmt::format(
      "select l.epoch, l.beats, l.node, l.address, coalesce(newest.position, 0), "
      "coalesce(newest.bytes, 0), exists (select from {0}.log where position = $1::bigint and "
      "checksum = $2::bigint) from {0}.lease l left join lateral (select position, "
      "octet_length(data)::bigint as bytes from {0}.log order by position desc limit 1) newest "
      "on true",
      schema);
}

std::string list_partitions(const std::string& schema) {
  return fmt::format(
      "select n.number, coalesce(newest.position + newest.bytes, 0) from (select "
      "substring(c.relname from 5)::bigint as number from pg_inherits i join pg_class c on "
      "c.oid = i.inhrelid where i.inhparent = '{0}.log'::regclass) n left join lateral (select "
      "position, octet_length(data)::bigint as bytes from {0}.log where position >= n.number "
      "<< {1} and position < (n.number + 1) << {1} order by position desc limit 1) newest on "
      "true order by n.number",
      schema, partition_shift);
}

// Of the whole server; every role may ask this.
constexpr std::string_view read_limits =
    R"(select (select sum(numbackends) from pg_stat_database)::bigint,
  current_setting('max_connections')::bigint -
    current_setting('superuser_reserved_connections')::bigint,
  slot.slot_name::text, slot.bytes,
  (select coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false)
    from pg_stat_archiver)
from (select 1) one left join lateral (
  select slot_name, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint as bytes
  from pg_replication_slots where restart_lsn is not null order by bytes desc limit 1) slot on true)";

constexpr std::string_view row = "position, epoch, previous, time, count, checksum, data";

}  // namespace

Statements::Statements(const std::string& schema)
    : version(fmt::format("select version from {}.about", schema)),
      create(create_tables(schema)),
      lease(fmt::format("select epoch, beats, node, address from {}.lease", schema)),
      take_over(
          fmt::format("update {}.lease set epoch = epoch + 1, beats = beats + 1, node = $3::text, "
                      "address = $4::text, renewed_at = now() "
                      "where epoch = $1::bigint and beats = $2::bigint returning 1",
                      schema)),
      renew(fmt::format("update {}.lease set beats = beats + 1, renewed_at = now() "
                        "where epoch = $1::bigint returning 1",
                        schema)),
      release(fmt::format("update {}.lease set beats = beats + 1, node = null, address = null, "
                          "renewed_at = now() where epoch = $1::bigint returning 1",
                          schema)),
      insert(insert_into(schema)),
      judge(fmt::format("select exists (select from {0}.lease where epoch = $1::bigint), "
                        "exists (select from {0}.log where position = $2::bigint)",
                        schema)),
      // It writes, so it is durable when it is answered, and with it all that it could see.
      frame_at(fmt::format("with owner as (update {0}.lease set beats = beats + 1 "
                           "where epoch = $2::bigint returning 1) "
                           "select {1} from {0}.log where position = $1::bigint "
                           "and exists (select from owner)",
                           schema,
                           row)),
      frames_with(fmt::format(
          "select {1} from {0}.log where position = any (array(select (select max(position) from "
          "{0}.log where position <= wanted) from "
          "unnest(string_to_array($1::text, ',')::bigint[]) as wanted)) order by position",
          schema,
          row)),
      tail(look_at_end(schema)),
      tail_frames(fmt::format(
          "select {1} from {0}.log where position >= $1::bigint and position < greatest($1::bigint "
          "+ $2::bigint, (select min(position) from {0}.log where position >= $1::bigint) + 1) "
          "order by position",
          schema,
          row)),
      partitions(list_partitions(schema)),
      checkpoint(fmt::format("select number, parts, bytes, begin_position, end_position, time, "
                             "needed_position from {}.checkpoint where is_finished "
                             "order by number desc limit 1",
                             schema)),
      checkpoints(fmt::format("select number from {}.checkpoint order by number", schema)),
      add_part(fmt::format("with owner as (select 1 from {0}.lease where epoch = $1::bigint for "
                           "share) insert into {0}.checkpoint_part (checkpoint, number, count, "
                           "checksum, data) select $2::bigint, $3::int, $4::int, $5::bigint, "
                           "$6::bytea from owner on conflict (checkpoint, number) do nothing "
                           "returning 1",
                           schema)),
      part(fmt::format("select count, checksum, data from {}.checkpoint_part "
                       "where checkpoint = $1::bigint and number = $2::int",
                       schema)),
      finish_checkpoint(fmt::format(
          "with owner as (select 1 from {0}.lease where epoch = $1::bigint for share) update "
          "{0}.checkpoint set is_finished = true, parts = $3::int, bytes = $4::bigint, "
          "begin_position = $5::bigint, end_position = $6::bigint, time = $7::bigint, "
          "needed_position = $8::bigint from owner where number = $2::bigint returning 1",
          schema)),
      limits(std::string(read_limits)),
      schema_(schema) {}

// Made apart and then attached, which needs no lock that readers or a backup would have to wait
// for.
std::string Statements::add_partition(std::uint64_t epoch, std::uint64_t number) const {
  const std::string name = fmt::format("{}.log_{}", schema_, number);
  return as_owner(
      schema_, epoch,
      fmt::format("create table {1} (like {0}.log including all) with "
                  "(autovacuum_vacuum_insert_threshold = -1); "
                  "alter table {0}.log attach partition {1} for values from ({2}) to ({3});",
                  schema_, name, begin_of(number).value(), begin_of(number + 1).value()));
}

std::string Statements::drop_partition(std::uint64_t epoch, std::uint64_t number) const {
  return as_owner(
      schema_, epoch,
      fmt::format("{} drop table if exists {}.log_{};", brief_lock_timeout, schema_, number));
}

std::string Statements::begin_checkpoint(std::uint64_t epoch, std::uint64_t number) const {
  const std::string name = fmt::format("{}.checkpoint_part_{}", schema_, number);
  return as_owner(
      schema_, epoch,
      fmt::format("insert into {0}.checkpoint (number) values ({2}); "
                  "create table {1} (like {0}.checkpoint_part including all); "
                  "alter table {0}.checkpoint_part attach partition {1} for values in ({2});",
                  schema_, name, number));
}

std::string Statements::drop_checkpoint(std::uint64_t epoch, std::uint64_t number) const {
  return as_owner(schema_, epoch,
                  fmt::format("{0} drop table if exists {1}.checkpoint_part_{2}; "
                              "delete from {1}.checkpoint where number = {2};",
                              brief_lock_timeout, schema_, number));
}

}  // namespace mailrail::log::postgres
