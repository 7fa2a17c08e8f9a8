import type { Item } from '../../src-main/api/typed-api.ts'
import { CopyField } from '../components/copy.tsx'
import { t } from './messages.ts'

/** What displays need of this machine, and what installs it. */
export type Requirement = Item<'/desktop/requirements'>
export type RequirementName = Requirement['name']

/** What displays need, by name, as the host reports it; undefined until it has answered. */
export type Requirements = ReadonlyMap<RequirementName, Requirement> | undefined

/** It is there, or not known yet. */
export const isThere = (requirements: Requirements, name: RequirementName): boolean => requirements?.get(name)?.available !== false

/** The first of these that is missing. */
export const firstMissing = (requirements: Requirements, names: readonly RequirementName[]): Requirement | undefined => {
  const name = names.find((each) => !isThere(requirements, each))
  return name === undefined ? undefined : requirements?.get(name)
}

/** The text of a choice, with what it lacks. */
export const choiceText = (choice: string, missing: Requirement | undefined): string =>
  missing === undefined ? choice : t.lacking(choice, missing.missing.join(', '))

/** One that is missing: what does not work without it, and the commands that install it. */
export function Remedy({ requirement: { name, missing, commands } }: { readonly requirement: Requirement }) {
  return (
    <div className="display-lack" data-testid={`remedy-${name}`}>
      <p className="hint">{name === 'portal' && missing.length === 0 ? t.portalLoggedOut : t.requirements[name]}</p>
      {commands.map((command) => (
        <CopyField
          key={command}
          label={command.startsWith('apt-get') ? t.installCommand : t.buildCommand}
          value={command}
          testId={`remedy-${name}-command`}
        />
      ))}
    </div>
  )
}

/** Those that keep choices from working, folded. */
export function Remedies({ requirements }: { readonly requirements: readonly Requirement[] }) {
  if (requirements.length === 0) return null
  return (
    <details className="display-lacks" data-testid="remedies">
      <summary>{t.lacks(requirements.length)}</summary>
      {requirements.map((each) => (
        <Remedy key={each.name} requirement={each} />
      ))}
    </details>
  )
}
