import { type Layout, variablesOf } from '../layout.ts'
import type { NodeSystem } from '../machine/systems.ts'

/** Installs nginx. The packages that come are noted before and after, so that removing the node removes them, and those alone. */
export const nginxScript = (layout: Layout, { installScript }: NodeSystem): string => `${variablesOf(layout)}
echo "package $1" >> $etc/made
( ${installScript} ) > $etc/packages
cat $etc/packages >> $etc/made
rm -f $etc/packages
`
