import type { ErrorKind } from './error-kind.ts'

/** Errors of nodes that deliver for a host, and of the host as their origin. */
export const networkErrors = {
  'network.node_not_found': { status: 404, title: 'There is no node of that id', remedy: 'See `GET /network/nodes`.' },
  'network.join_rejected': {
    status: 401,
    title: 'The join token is not valid',
    remedy: 'Each token is valid once and until it expires: create another one under Network, and start the node with it.',
  },
  'network.node_id_taken': {
    status: 409,
    title: 'Another node has this id',
    remedy: 'Give the node another id, or revoke the one that has it. The token is still valid.',
  },
  'network.limit': {
    status: 409,
    title: 'The maximum number of nodes or join tokens is reached',
    remedy: 'Revoke nodes that are not used; join tokens expire by themselves.',
  },
  'network.origin_away': {
    status: 503,
    title: 'The origin of this node cannot be reached',
    remedy: 'Try again in a moment. The operator finds the reason in the log of the node.',
  },
  'network.origin_unreachable': {
    status: 502,
    title: 'The origin cannot be reached from this machine',
    remedy: 'Check the URL and its port, that the host runs, and that no firewall is between it and this machine.',
  },
  'network.origin_untrusted': {
    status: 502,
    title: 'The certificate of the origin is not from an authority that this machine trusts',
    remedy:
      'Start the node with the whole join token: what follows its dot is the fingerprint of a certificate of the host’s own making. Else give it with `--origin-fingerprint`.',
  },
  'network.warm_invalid': {
    status: 400,
    title: 'The order to fill caches is not valid',
    remedy: 'Name URLs like /PATH or https://HOST/PATH, and nodes that are connected.',
  },
  'network.warming_not_found': {
    status: 404,
    title: 'There is no such order to fill caches',
    remedy: 'See `GET /network/cache/warm`; the last 20 are kept until the host starts again.',
  },
  'network.loop': {
    status: 508,
    title: 'Nodes have each other as their origin',
    remedy: 'The operator finds the nodes in the log and at `/api/v1/cdn/health` of the node: one of them needs another origin.',
  },
  'network.origin_unknown': {
    status: 502,
    title: 'The origin has another certificate than the one that the node knows',
    remedy: 'If its certificate was replaced, create a new join token at the origin and start the node with it once.',
  },
  'network.origin_insecure': {
    status: 400,
    title: 'The origin would be reached without encryption',
    remedy: 'Give its https:// URL. Plain http:// is for an origin on the same machine alone.',
  },
  'network.not_joined': {
    status: 400,
    title: 'This node has not joined an origin',
    remedy: 'Create a join token under Network at the origin, and start the node with `--origin URL --token TOKEN`.',
  },
  'network.rate_limited': {
    status: 429,
    title: 'Too many requests',
    remedy: 'Wait as long as `Retry-After` says. The operator of the host changes limits with `PUT /network/limits`.',
  },
  'network.address_denied': {
    status: 403,
    title: 'Requests from this IP address are denied',
    remedy: 'The operator of the host finds lists and blocks of IP addresses under Network.',
  },
  'network.challenged': {
    status: 403,
    title: 'Proof of work needed',
    remedy:
      'Find a number so that the SHA-256 of `PUZZLE.NUMBER` starts with as many zero bits as the second part of the puzzle says, and send `PUZZLE.NUMBER` as `Challenge-Pass`. Browsers do so by themselves.',
  },
  'network.list_invalid': {
    status: 400,
    title: 'The list of IP addresses is not valid',
    remedy: 'Give one IP address or network like 192.0.2.0/24 a line; `#` starts a comment.',
  },
  'network.list_full': {
    status: 409,
    title: 'The maximum number of networks in the list is reached',
    remedy: 'Remove networks that are not needed, or replace many by one that is larger.',
  },
  'network.not_blocked': {
    status: 404,
    title: 'No node blocks this IP address',
    remedy: 'See `GET /network/blocks`; it may have expired. Lists are changed with `DELETE /network/lists/deny`.',
  },
  'network.function_not_found': { status: 404, title: 'There is no function of that name', remedy: 'See `GET /network/functions`.' },
  'network.function_no_version': {
    status: 404,
    title: 'The function has no such version',
    remedy: 'The last 20 versions are kept: see `GET /network/functions/NAME`.',
  },
  'network.function_invalid': {
    status: 400,
    title: 'The function cannot be deployed',
    remedy: 'Correct what the message names: a file with line and column, a route or a host.',
  },
  'network.function_failed': {
    status: 502,
    title: 'The function at this URL failed',
    remedy: 'The operator of the site finds the reason in the log of the function.',
  },
  'network.function_limit': {
    status: 503,
    title: 'The function at this URL took more time or memory than it may',
    remedy: 'The operator of the site finds the reason in the log of the function.',
  },
  'network.function_unavailable': {
    status: 503,
    title: 'The function at this URL cannot run now',
    remedy: 'Try again in a moment. The operator of the node finds the reason in its log.',
  },
  'network.function_body': {
    status: 413,
    title: 'The request is too large for a function',
    remedy: 'A function gets requests of 1 MiB at most.',
  },
  'network.request_loop': {
    status: 508,
    title: 'The request goes in a circle',
    remedy:
      'An origin or a function of this URL leads back to it: the operator of the site changes that origin, or what the function fetches.',
  },
  'network.image_failed': {
    status: 502,
    title: 'The original of the image could not be fetched',
    remedy: 'Try again in a moment. The operator of the node finds the reason in its log.',
  },
  'network.image_invalid': {
    status: 415,
    title: 'The file cannot be resized',
    remedy: 'Originals are JPEG, PNG, WebP, AVIF or GIF of up to 32 MiB and 50 megapixels. Ask for it without `w` and `format`.',
  },
  'network.image_busy': {
    status: 503,
    title: 'Too many images are being made',
    remedy: 'Try again in a moment.',
  },
  'network.not_served': {
    status: 404,
    title: 'A node does not answer this',
    remedy: 'Nodes deliver streams and the pages that play them. Everything else is at the origin.',
  },
} as const satisfies Record<string, ErrorKind>
