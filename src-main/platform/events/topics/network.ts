import type { TopicKind } from './topic-kind.ts'

/** Topics of the nodes that deliver for this host. */
export const networkTopics = {
  'network.attacks.updated': { role: 'admin', state: 'GET /network/attacks', summary: 'Attacks, blocks or lists of IP addresses changed' },
  'network.cloud-machines.updated': {
    role: 'admin',
    state: 'GET /network/cloud-machines',
    summary: 'A machine of a provider was ordered, came up, was destroyed or failed',
  },
  'network.dns.updated': {
    role: 'admin',
    state: 'GET /network/dns',
    summary: 'The zone that names nodes was changed, or its answers were',
  },
  'network.function.log': {
    role: 'admin',
    state: 'GET /network/functions/:name/log',
    summary: 'A line of the log of a function at a node',
  },
  'network.functions.updated': {
    role: 'admin',
    state: 'GET /network/functions',
    summary: 'A function was deployed, changed or removed, or a node uses it now',
  },
  'network.group.removed': { role: 'admin', state: 'GET /network/groups', summary: 'A group of nodes was deleted' },
  'network.group.updated': {
    role: 'admin',
    state: 'GET /network/groups',
    summary: 'A group of nodes was made, or its configuration changed',
  },
  'network.job.log': { role: 'admin', state: 'GET /network/machines/jobs/:id', summary: 'A line of the log of a job on a machine' },
  'network.job.updated': { role: 'admin', state: 'GET /network/machines/jobs', summary: 'A job on a machine started, went on or ended' },
  'network.limits.updated': { role: 'viewer', state: 'GET /network/limits', summary: 'Limits of requests at nodes were changed' },
  'network.node.removed': { role: 'admin', state: 'GET /network/nodes', summary: 'A node was revoked' },
  'network.node.updated': { role: 'admin', state: 'GET /network/nodes', summary: 'A node joined or changed, or its figures did' },
  'network.providers.updated': { role: 'admin', state: 'GET /network/providers', summary: 'A provider of machines was set up or deleted' },
  'network.rollout.updated': {
    role: 'admin',
    state: 'GET /network/rollouts',
    summary: 'A change that comes to several nodes started, went on or ended',
  },
  'network.scaling.updated': {
    role: 'admin',
    state: 'GET /network/scaling',
    summary: 'Scaling was changed, or decided something about machines',
  },
  'network.routing.updated': { role: 'viewer', state: 'GET /network/routing', summary: 'Routing of viewers to nodes was changed' },
} as const satisfies Record<string, TopicKind>
