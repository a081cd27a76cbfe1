// The page that a person reads when a server can neither be found, downloaded nor built on the machine.

const titles = {
  temporal: 'No Temporal server can be brought up on this machine.',
  store: 'No MongoDB-compatible store can be brought up on this machine.',
}

/** What was tried for the server, and what the person can do about it and about the other server as well. */
export const choices = (server: 'temporal' | 'store', passedOver: string[], goVersion: string): string =>
  `${titles[server]} Passed over:

${passedOver.map(text => `  ${text}`).join('\n')}

Any one of these helps:

  1. Go ${goVersion} or newer on PATH (https://go.dev/dl). Both servers are then built from source once, in a few
     minutes, from the Go module proxy; that takes about 4 GB of disk.

  2. Docker:
       docker run -d -p 127.0.0.1:7233:7233 temporalio/temporal server start-dev --ip 0.0.0.0
       docker run -d -p 127.0.0.1:27017:27017 mongo:8
       export TEMPORAL_ADDRESS=127.0.0.1:7233 MONGODB_URL=mongodb://127.0.0.1:27017

  3. Servers that run elsewhere: set TEMPORAL_ADDRESS (host:port) and MONGODB_URL to their addresses.`
