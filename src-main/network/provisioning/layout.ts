import { nodeUnitFile } from '../origin/nodes/inspection.ts'

/** What a node that was set up over SSH consists of on its machine. Nothing of it is shared with a host that is installed there. */

export const nodeUnit = 'ami-streams-node.service'
export const nodeUser = 'ami-streams-node'
/** Releases of the program, and the link `current` to the one that runs. */
export const programFolder = '/opt/ami-streams-node'
export const stateFolder = '/var/lib/ami-streams-node'
export const cacheFolder = '/var/cache/ami-streams-node'
/** What was made there and what was before; the join token until it has been used. Root alone reads it. */
export const settingsFolder = '/etc/ami-streams-node'

/** Start of every script that works on them, as shell variables. */
export const layoutVariables = `
unit=${nodeUnit}
unit_file=${nodeUnitFile}
user=${nodeUser}
base=${programFolder}
state=${stateFolder}
cache=${cacheFolder}
etc=${settingsFolder}
`
