import { type Layout, variablesOf } from '../layout.ts'
import type { NodeSystem } from '../machine/systems.ts'

/** Installs nginx. What comes with it is noted, so that removing the node removes it, and that alone. */
export const nginxScript = (layout: Layout, { installScript }: NodeSystem): string => `${variablesOf(layout)}${installScript}`
