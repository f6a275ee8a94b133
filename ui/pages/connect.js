// Connect: what to write in which language, with this server's address in it.

import { Badge, Card, Segments, Snippet } from '../parts.js';
import { askOtherwise } from '../router.js';
import { endpoint, region, session } from '../session.js';
import { html } from '../vendor/htm-preact.js';

/** @typedef {{name: string, about: string, isTested?: boolean, text: (where: {url: string, region: string, id: string, secret: string}) => string}} Client */

/** @type {Client[]} */
const clients = [
  {
    name: 'Shell',
    about: 'Environment variables that every recent SDK and aws 2.13 or later read.',
    isTested: true,
    text: ({ url, region: place, id, secret }) => `export AWS_ENDPOINT_URL=${url}
export AWS_DEFAULT_REGION=${place} AWS_REGION=${place}
export AWS_ACCESS_KEY_ID=${id} AWS_SECRET_ACCESS_KEY=${secret}
aws sqs list-queues`,
  },
  {
    name: 'Python',
    about: 'boto3',
    isTested: true,
    text: ({ url, region: place, id, secret }) => `import boto3

sqs = boto3.client(
    "sqs", endpoint_url="${url}", region_name="${place}",
    aws_access_key_id="${id}", aws_secret_access_key="${secret}")
url = sqs.get_queue_url(QueueName="chat.fifo")["QueueUrl"]
sqs.send_message(QueueUrl=url, MessageBody="hello", MessageGroupId="room-1")`,
  },
  {
    name: 'JavaScript',
    about: 'AWS SDK for JavaScript v3',
    isTested: true,
    text: ({ url, region: place, id, secret }) => `import { SQS } from '@aws-sdk/client-sqs';

const sqs = new SQS({
  endpoint: '${url}',
  region: '${place}',
  credentials: { accessKeyId: '${id}', secretAccessKey: '${secret}' },
});
const { QueueUrl } = await sqs.getQueueUrl({ QueueName: 'chat.fifo' });
await sqs.sendMessage({ QueueUrl, MessageBody: 'hello', MessageGroupId: 'room-1' });`,
  },
  {
    name: 'Java',
    about: 'AWS SDK for Java v2',
    text: ({ url, region: place, id, secret }) => `SqsClient sqs = SqsClient.builder()
    .endpointOverride(URI.create("${url}"))
    .region(Region.of("${place}"))
    .credentialsProvider(StaticCredentialsProvider.create(
        AwsBasicCredentials.create("${id}", "${secret}")))
    .build();
String url = sqs.getQueueUrl(r -> r.queueName("chat.fifo")).queueUrl();
sqs.sendMessage(r -> r.queueUrl(url).messageBody("hello").messageGroupId("room-1"));`,
  },
  {
    name: 'Go',
    about: 'AWS SDK for Go v2',
    isTested: true,
    text: ({ url, region: place, id, secret }) => `client := sqs.New(sqs.Options{
    BaseEndpoint: aws.String("${url}"),
    Region:       "${place}",
    Credentials:  credentials.NewStaticCredentialsProvider("${id}", "${secret}", ""),
})
queue, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("chat.fifo")})
_, err = client.SendMessage(ctx, &sqs.SendMessageInput{
    QueueUrl: queue.QueueUrl, MessageBody: aws.String("hello"), MessageGroupId: aws.String("room-1")})`,
  },
  {
    name: '.NET',
    about: 'AWSSDK.SQS',
    text: ({ url, region: place, id, secret }) => `var sqs = new AmazonSQSClient(
    new BasicAWSCredentials("${id}", "${secret}"),
    new AmazonSQSConfig { ServiceURL = "${url}", AuthenticationRegion = "${place}" });
var queue = await sqs.GetQueueUrlAsync("chat.fifo");
await sqs.SendMessageAsync(new SendMessageRequest(queue.QueueUrl, "hello") { MessageGroupId = "room-1" });`,
  },
  {
    name: 'Rust',
    about: 'aws-sdk-sqs',
    text: ({ url, region: place, id, secret }) => `let config = aws_sdk_sqs::Config::builder()
    .behavior_version_latest()
    .endpoint_url("${url}")
    .region(Region::new("${place}"))
    .credentials_provider(Credentials::new("${id}", "${secret}", None, None, "static"))
    .build();
let sqs = aws_sdk_sqs::Client::from_conf(config);
let queue = sqs.get_queue_url().queue_name("chat.fifo").send().await?;
sqs.send_message().set_queue_url(queue.queue_url).message_body("hello").message_group_id("room-1").send().await?;`,
  },
  {
    name: 'Terraform',
    about: 'provider hashicorp/aws',
    isTested: true,
    text: ({ url, region: place, id, secret }) => `provider "aws" {
  region                      = "${place}"
  access_key                  = "${id}"
  secret_key                  = "${secret}"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  endpoints {
    sqs = "${url}"
    sns = "${url}"
  }
}`,
  },
  {
    name: 'Celery',
    about: 'kombu, Amazon SQS as broker',
    isTested: true,
    text: ({ url, region: place, id, secret }) => `app = Celery("tasks", broker="sqs://${id}:${secret}@${url.replace(/^https?:\/\//, '')}")
app.conf.broker_transport_options = {
    "region": "${place}", "is_secure": ${url.startsWith('https') ? 'True' : 'False'}, "wait_time_seconds": 20,
}`,
  },
  {
    name: 'Spring',
    about: 'Spring Cloud AWS 3, application.properties',
    text: ({ url, region: place, id, secret }) => `spring.cloud.aws.endpoint=${url}
spring.cloud.aws.region.static=${place}
spring.cloud.aws.credentials.access-key=${id}
spring.cloud.aws.credentials.secret-key=${secret}`,
  },
];

function where() {
  const id = session.Key?.AccessKeyId ?? (session.KeysInForce ? 'YOUR_KEY_ID' : 'any');
  return { url: endpoint(), region: region(), id, secret: session.KeysInForce ? 'YOUR_SECRET' : 'any' };
}

/** Some of the snippets. @param {{only: string[]}} properties */
export const ClientCards = ({ only }) => html`<div class="grid">
  ${clients
    .filter((each) => only.includes(each.name))
    .map((each) => html`<${Card} key=${each.name} title=${each.name} aside=${html`<span class="soft small">${each.about}</span>`}><div class="body"><${Snippet} text=${each.text(where())} label=${`Copy for ${each.name}`} /></div><//>`)}
</div>`;

export function ConnectPage({ at }) {
  const chosen = clients.find((each) => each.name === at.query.get('client')) ?? clients[0];
  return html`
    <div class="page-head"><div><h1>Connect</h1><p class="lead">
      Every client of Amazon SQS and SNS works unchanged; it needs this server's address.
      ${session.KeysInForce ? ' Calls are signed with a key of this server.' : ' No keys are in force: any credentials do.'}
    </p></div></div>
    <section class="card" aria-label="Snippets">
      <header><${Segments} label="Client" value=${chosen.name} onChoose=${(client) => askOtherwise({ client })} options=${clients.map((each) => [each.name, each.name])} /></header>
      <div class="body stack">
        <div class="row apart"><h2>${chosen.about}</h2>${chosen.isTested ? html`<${Badge} tone="good" icon="check">runs in mailrail's tests<//>` : html`<${Badge} icon="info">not run in mailrail's tests<//>`}</div>
        <${Snippet} text=${chosen.text(where())} label=${`Copy for ${chosen.name}`} />
      </div>
    </section>
    <${Card} title="This server"><div class="body"><dl class="facts">
      <dt>Endpoint</dt><dd><code>${endpoint()}</code></dd><dt>Region</dt><dd><code>${region()}</code></dd>
      <dt>Queue URL</dt><dd><code>${endpoint()}/${session.Account ?? '000000000000'}/NAME</code></dd>
      <dt>Key</dt><dd>${session.Key ? html`<code>${session.Key.AccessKeyId}</code> (${session.Key.Role})` : 'any credentials'}</dd>
    </dl></div><//>`;
}
