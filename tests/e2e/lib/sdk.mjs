// The AWS SDK for JavaScript that tools/setup installed, as a program outside of its folder sees it.

import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../.tools/node/package.json', import.meta.url));

export default require('@aws-sdk/client-sqs');

// Another package that tools/setup installed there.
export const installed = (name) => require(name);
