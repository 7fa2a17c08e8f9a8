import type { NodeSystem } from '../machine/systems.ts'

/** Installs nginx. The packages that come are noted before and after, so that removing the node removes them, and those alone. */
export const nginxScript = ({ installScript }: NodeSystem): string => `
echo "package $1" >> /etc/ami-streams-node/made
( ${installScript} ) > /etc/ami-streams-node/packages
cat /etc/ami-streams-node/packages >> /etc/ami-streams-node/made
rm -f /etc/ami-streams-node/packages
`
