// What the actions take and give by which a client copies the log.
//
// A file is named as it is in the data directory; what is read of it are its bytes.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"

namespace mailrail::admin {

struct BackupFile {
  std::string name;
  std::int64_t bytes = 0;   // To be copied.
  std::int64_t length = 0;  // Of the file: zeros follow.
  std::string salt;         // Another life of the same name has another one.
  bool is_final = false;

  static constexpr Field fields[] = {
      field<&BackupFile::name>("Name"),        field<&BackupFile::bytes>("Bytes"),
      field<&BackupFile::length>("Length"),    field<&BackupFile::salt>("Salt"),
      field<&BackupFile::is_final>("IsFinal"),
  };
};

struct BeginBackupOutput {
  std::string backup_id;
  Blob journal;
  std::vector<BackupFile> files;

  static constexpr Field fields[] = {
      field<&BeginBackupOutput::backup_id>("BackupId"),
      field<&BeginBackupOutput::journal>("Journal"),
      field<&BeginBackupOutput::files>("Files").shown_empty(),
  };
};

struct ReadBackupInput {
  std::string backup_id;
  std::string name;
  std::int64_t offset = 0;
  std::optional<int> bytes;  // At most backup_bytes_max, which it is if nothing is said.

  static constexpr Field fields[] = {
      field<&ReadBackupInput::backup_id>("BackupId").required(),
      field<&ReadBackupInput::name>("Name").required(),
      field<&ReadBackupInput::offset>("Offset"),
      field<&ReadBackupInput::bytes>("Bytes"),
  };
};

struct ReadBackupOutput {
  Blob data;

  static constexpr Field fields[] = {
      field<&ReadBackupOutput::data>("Data"),
  };
};

struct EndBackupInput {
  std::string backup_id;

  static constexpr Field fields[] = {
      field<&EndBackupInput::backup_id>("BackupId").required(),
  };
};

}  // namespace mailrail::admin
