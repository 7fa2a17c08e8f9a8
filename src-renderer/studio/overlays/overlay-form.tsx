import { SettingsForm } from '../forms/settings-form.tsx'
import { PaletteFields } from '../templates/theme-fields.tsx'
import { t } from './messages.ts'
import type { OverlayKind } from './overlay-store.ts'
import '../templates/templates.css'

type Settings = Readonly<Record<string, unknown>>

interface OverlayFormProps {
  readonly kind: OverlayKind
  readonly settings: Settings
  readonly onChange: (changes: Settings) => void
}

const ofTheme = new Set(['background', 'accent', 'second', 'font'])
const ofUrl = new Set(['url', 'format', 'path', 'intervalMs'])

/** Settings that mean something with the others as they are. */
function isUsed(name: string, { source }: Settings): boolean {
  if (ofTheme.has(name)) return false
  if (source === 'posted' && ofUrl.has(name)) return false
  return !(source === 'websocket' && name === 'intervalMs')
}

/** Colours, font and what else the kind has. */
export function OverlayForm({ kind, settings, onChange }: OverlayFormProps) {
  const properties = Object.entries(kind.settings.properties ?? {}).filter(([name]) => isUsed(name, settings))
  const text = (name: string): string => String(settings[name] ?? '')
  return (
    <>
      <PaletteFields
        theme={{ background: text('background'), accent: text('accent'), second: text('second'), font: text('font') }}
        onChange={onChange}
      />
      <fieldset className="overlay-settings">
        <legend>{t.settings}</legend>
        <SettingsForm
          schema={{ ...kind.settings, properties: Object.fromEntries(properties) }}
          values={settings}
          onChange={onChange}
          texts={t}
        />
      </fieldset>
    </>
  )
}
