import { nodeUnitFile } from '../origin/nodes/inspection.ts'

/** Where what was set up over SSH is on its machine. Nothing of it is shared with a host that a package installed there. */
export interface Layout {
  readonly unit: string
  readonly unitFile: string
  readonly user: string
  /** Releases of the program, and the link `current` to the one that runs. */
  readonly programFolder: string
  readonly stateFolder: string
  readonly cacheFolder: string
  /** What was made there and what was before; the join token until it has been used. Root alone reads it. */
  readonly settingsFolder: string
  /** A file of the state folder that is there once the program has run. */
  readonly dataFile: string
}

function layoutOf(name: string, unitFile: string, data: string): Layout {
  const stateFolder = `/var/lib/${name}`
  return {
    ...{ unit: `${name}.service`, unitFile, user: name, stateFolder, dataFile: `${stateFolder}/${data}` },
    ...{ programFolder: `/opt/${name}`, cacheFolder: `/var/cache/${name}`, settingsFolder: `/etc/${name}` },
  }
}

export const nodeLayout = layoutOf('ami-streams-node', nodeUnitFile, 'node/node.json')
/** A host of its own. */
export const hostLayout = layoutOf('ami-streams-host', '/etc/systemd/system/ami-streams-host.service', 'streams.db')

/** Start of every script that works on one, as shell variables. */
export const variablesOf = (layout: Layout): string => `
unit=${layout.unit}
unit_file=${layout.unitFile}
user=${layout.user}
base=${layout.programFolder}
state=${layout.stateFolder}
cache=${layout.cacheFolder}
etc=${layout.settingsFolder}
data=${layout.dataFile}
`
