// Actions that copy the log while it is served: beginning a backup, reading its files piece by
// piece, ending it.
//
// They read files, so they finish on a thread that may wait for the disk. What is copied is the log
// as it was at the beginning (log/snapshot.h); one that nobody reads for a minute is given up. A
// log in a database is refused: the database has its own backups.

#pragma once

#include <string>

#include "admin/backup_shapes.h"
#include "api/api_call.h"

namespace mailrail::admin {

struct BeginBackup {
  static constexpr std::string_view name = "BeginBackup";
  static constexpr bool is_about_account = true;
  static constexpr bool reads_files = true;
  using Input = Nothing;
  using Output = BeginBackupOutput;
  using Prepared = Nothing;
  using Decided = std::uint64_t;  // Its id.

  static Prepared prepare(Input, const api::Context&) { return {}; }
  static api::Asked<Decided> decide(engine::Engine& engine, engine::Turn& turn, Prepared&);
  static Result<Output> finish(const Decided& id,
                               const Prepared&,
                               const api::Context& context,
                               const api::Bodies&);
};

struct ReadBackup {
  static constexpr std::string_view name = "ReadBackup";
  static constexpr bool is_about_account = true;
  static constexpr bool reads_files = true;
  using Input = ReadBackupInput;
  using Output = ReadBackupOutput;
  using Prepared = Input;
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context&) { return input; }
  static api::Asked<Decided> decide(engine::Engine&, engine::Turn&, Prepared&) { return Decided{}; }
  static Result<Output> finish(const Decided&,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies&);
};

struct EndBackup {
  static constexpr std::string_view name = "EndBackup";
  static constexpr bool is_about_account = true;
  static constexpr bool reads_files = true;
  using Input = EndBackupInput;
  using Output = Nothing;
  using Prepared = Input;
  using Decided = Nothing;

  static Prepared prepare(Input input, const api::Context&) { return input; }
  static api::Asked<Decided> decide(engine::Engine&, engine::Turn&, Prepared&) { return Decided{}; }
  static Result<Output> finish(const Decided&,
                               const Prepared& prepared,
                               const api::Context& context,
                               const api::Bodies&);
};

}  // namespace mailrail::admin
