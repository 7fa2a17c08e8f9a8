import type { ErrorKind } from './error-kind.ts'

/** Errors of nodes that are set up over SSH. */
export const networkMachineErrors = {
  'network.ssh_missing': {
    status: 503,
    title: 'The programs of OpenSSH are missing on this host',
    remedy: 'On Debian and Ubuntu: `apt-get install openssh-client`.',
  },
  'network.ssh_unreachable': {
    status: 502,
    title: 'The machine does not answer over SSH',
    remedy: 'Check its name and port, that its SSH server runs, and firewalls between.',
  },
  'network.ssh_rejected': {
    status: 400,
    title: 'The machine did not accept the sign-in',
    remedy: 'Check user, key and password, and that its SSH server allows this way to sign in.',
  },
  'network.ssh_key_invalid': {
    status: 400,
    title: 'The private key cannot be used',
    remedy: 'Give a private key that `ssh-keygen` made, with its passphrase where it has one.',
  },
  'network.ssh_no_agent': {
    status: 409,
    title: 'This host has no ssh-agent',
    remedy: 'Start the host where `SSH_AUTH_SOCK` is set, or give a key or a password.',
  },
  'network.host_key_changed': {
    status: 409,
    title: 'The machine shows another host key than before',
    remedy: 'Somebody may be between you and it. If it was installed again, run `streams network unpin HOST`, then compare the new key.',
  },
  'network.host_key_unknown': {
    status: 409,
    title: 'The host key is not the one that was accepted',
    remedy:
      'Compare the key with the one that the machine itself shows (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`), and accept it.',
  },
  'network.sudo_rejected': {
    status: 400,
    title: 'The user may not become root there',
    remedy: 'Sign in as root, allow sudo for this user, or give the right password for sudo.',
  },
  'network.machine_unsuitable': {
    status: 409,
    title: 'The machine cannot be set up as it is',
    remedy: 'Change what the message names, and try again.',
  },
  'network.program_missing': {
    status: 409,
    title: 'There is no packed program for this machine',
    remedy: 'Run `npm run pack -- --only tar.gz` in the sources, on a machine with the same kind of processor.',
  },
  'network.machine_unknown': {
    status: 409,
    title: 'This host does not know the machine of the node',
    remedy: 'Set the node up with `streams network add`, or update it by hand.',
  },
  'network.machine_busy': {
    status: 409,
    title: 'Another job runs',
    remedy: 'Wait until it has ended, or cancel it.',
  },
  'network.step_failed': {
    status: 502,
    title: 'A step failed on the machine',
    remedy: 'See the log of the job. What was done has been undone; correct the cause and try again.',
  },
  'network.nginx_not_updated': {
    status: 502,
    title: 'nginx was not updated',
    remedy:
      'Run `apt-get update` or `dnf check-update` on the machine, and correct what it says; `apt-mark showhold` lists packages that are never updated. Then start the update again.',
  },
  'network.node_not_connected': {
    status: 502,
    title: 'The node does not connect to this host',
    remedy: 'See the log of the job. The machine must reach this host at the URL that was given.',
  },
  'network.host_not_ready': {
    status: 502,
    title: 'The host on the machine does not answer',
    remedy: 'See the log of the job, and on the machine `journalctl --unit ami-streams-host`.',
  },
  'network.job_not_found': { status: 404, title: 'There is no job of that id', remedy: 'See `GET /network/machines/jobs`.' },
  'network.job_cancelled': {
    status: 409,
    title: 'The job was cancelled',
    remedy: 'What it had done was undone. Start it again if it is still needed.',
  },
  'network.group_not_found': {
    status: 404,
    title: 'There is no group of that name',
    remedy: 'See `GET /network/groups`. A group is made with its first configuration.',
  },
  'network.group_changed': {
    status: 409,
    title: 'The group was changed by somebody else meanwhile',
    remedy: 'Open it again, and change what it says now.',
  },
  'network.rollout_not_found': { status: 404, title: 'There is no rollout of that id', remedy: 'See `GET /network/rollouts`.' },
  'network.rollout_running': {
    status: 409,
    title: 'Another rollout runs',
    remedy: 'Wait until it has ended, or cancel it.',
  },
  'network.rollout_failed': {
    status: 409,
    title: 'A node is not healthy after the change',
    remedy: 'All nodes were rolled back. Correct the cause and try again.',
  },
  'network.rollout_cancelled': {
    status: 409,
    title: 'The rollout was cancelled',
    remedy: 'All nodes were rolled back. Start it again if it is still needed.',
  },
  'network.configuration_rejected': {
    status: 409,
    title: 'A node does not use the configuration',
    remedy: 'Correct what the message names. The configuration before goes on.',
  },
  'network.node_too_old': {
    status: 409,
    title: 'The program of the node is too old for this',
    remedy: 'Update the node: `streams network update`.',
  },
  'network.node_away': { status: 409, title: 'The node is away', remedy: 'Try again once it is connected.' },
  'network.provider_not_found': { status: 404, title: 'There is no such provider of machines', remedy: 'See `GET /network/providers`.' },
  'network.provider_invalid': {
    status: 400,
    title: 'The provider or what is ordered there is not valid',
    remedy:
      'Programs are executable files in the folder `providers` of the data folder; sizes and regions are in `GET /network/providers/NAME/offers`.',
  },
  'network.provider_in_use': {
    status: 409,
    title: 'The provider has machines of this host, or is used for scaling',
    remedy: 'Destroy its machines and switch scaling off, then change or delete the provider.',
  },
  'network.provider_rejected': {
    status: 502,
    title: 'The provider rejected the request',
    remedy: 'What it said is in the detail. Check its token, its limits and its offers.',
  },
  'network.provider_failed': {
    status: 502,
    title: 'The provider of machines did not answer as it should',
    remedy: 'Try again in a moment. Machines that were ordered meanwhile are found by their name, and destroyed.',
  },
  'network.cloud_machine_not_found': {
    status: 404,
    title: 'There is no such machine of a provider',
    remedy: 'See `GET /network/cloud-machines`.',
  },
  'network.cloud_limit': {
    status: 409,
    title: 'No more machines may be ordered',
    remedy: 'Destroy machines, or raise `maxMachines` or `maxPerHour` of the provider.',
  },
  'network.scaling_invalid': {
    status: 400,
    title: 'The settings of scaling are not valid',
    remedy: 'Correct what the detail names.',
  },
} as const satisfies Record<string, ErrorKind>
