import type { ErrorKind } from './error-kind.ts'

/** Errors of nginx before an edge, and of its cache. */
export const networkCacheErrors = {
  'network.nginx_missing': {
    status: 503,
    title: 'nginx is not installed',
    remedy: 'On Debian and Ubuntu: `apt-get install nginx-light libnginx-mod-http-js`.',
  },
  'network.nginx_unusable': {
    status: 503,
    title: 'This nginx cannot be used',
    remedy: 'Install nginx 1.20 or newer with TLS, for example the package of Debian.',
  },
  'network.nginx_rejected': {
    status: 400,
    title: 'nginx rejected its configuration',
    remedy: 'Correct the option that the message names; the configuration before it goes on.',
  },
  'network.nginx_failed': {
    status: 503,
    title: 'nginx could not be started',
    remedy: 'See the reason in the message and the log.',
  },
  'network.cache_folder': {
    status: 503,
    title: "The cache's folder cannot be used",
    remedy: 'Give a folder that the user of the edge, and nginx, can write to, on a disk with free space.',
  },
  'network.module_missing': {
    status: 503,
    title: 'nginx has no module for this option',
    remedy: 'Install the package that the message names, or remove the option.',
  },
  'network.purge_invalid': {
    status: 400,
    title: 'The purge request is not valid',
    remedy: 'Give URLs, prefixes, patterns or tags in the form that docs/network.md shows.',
  },
  'network.busy': {
    status: 503,
    title: 'Too much waits for the cache already',
    remedy: 'Purge by tag or prefix instead of many URLs, or try again in a second.',
  },
  'network.knot_missing': {
    status: 503,
    title: 'Knot DNS is not installed',
    remedy: 'On Debian and Ubuntu: `apt-get install knot knot-module-geoip`.',
  },
  'network.knot_failed': {
    status: 503,
    title: 'Knot DNS could not be started',
    remedy: 'See the reason in the message. Port 53 needs the right to bind it; the IP address has to be one of this machine.',
  },
  'network.dns_invalid': {
    status: 400,
    title: 'The settings of DNS are not valid',
    remedy: 'Correct what the message names; what was served before goes on.',
  },
  'network.bird_missing': {
    status: 503,
    title: 'BIRD is not installed',
    remedy: 'On Debian and Ubuntu: `apt-get install bird2`, and `systemctl disable --now bird`: the node starts its own.',
  },
  'network.bird_failed': {
    status: 503,
    title: 'BIRD could not be started',
    remedy: 'See the reason in the message. BGP needs the right to bind port 179, and no other BIRD on the machine.',
  },
} as const satisfies Record<string, ErrorKind>
