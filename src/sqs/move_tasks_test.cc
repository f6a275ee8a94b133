#include "sqs/move_tasks.h"

#include <gtest/gtest.h>

#include "base/digest.h"

namespace mailrail::sqs {
namespace {

const TaskHandle handle{.task_id = "9bbd9ec8-0f3a-4f42-8c54-6bd8f0c1a1b3",
                        .source_arn = "arn:aws:sqs:us-east-1:000000000000:dead"};

TEST(TaskHandle, IsBase64OfCompactJson) {
  EXPECT_EQ(from_base64(write_task_handle(handle)),
            R"({"taskId":"9bbd9ec8-0f3a-4f42-8c54-6bd8f0c1a1b3",)"
            R"("sourceArn":"arn:aws:sqs:us-east-1:000000000000:dead"})");
  EXPECT_EQ(read_task_handle(write_task_handle(handle)), handle);
}

TEST(TaskHandle, IsReadHoweverItsJsonIsSpaced) {
  EXPECT_EQ(read_task_handle(base64(R"({ "sourceArn": "a", "taskId": "b", "more": 1 })")),
            (TaskHandle{.task_id = "b", .source_arn = "a"}));
}

TEST(TaskHandle, IsNothingElse) {
  for (const std::string& text :
       {std::string(), std::string("foobared"), std::string("no base64!"), base64(""), base64("[]"),
        base64("{}"), base64(R"({"taskId":"b"})"), base64(R"({"sourceArn":"a"})"),
        base64(R"({"taskId":1,"sourceArn":"a"})"), base64(R"({"taskId":"b","sourceArn":"a")")})
    EXPECT_FALSE(read_task_handle(text)) << text;
}

}  // namespace
}  // namespace mailrail::sqs
