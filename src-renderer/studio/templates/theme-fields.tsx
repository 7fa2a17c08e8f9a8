import { PathButton } from '../uploads/path-button.tsx'
import { t } from './messages.ts'
import { type Palette, type PaletteName, palettes, type Theme } from './theme.ts'

interface ThemeFieldsProps {
  readonly theme: Theme
  readonly onChange: (changes: Partial<Theme>) => void
}

const colors = ['background', 'accent', 'second'] as const

type PaletteAndFont = Palette & Pick<Theme, 'font'>

interface PaletteFieldsProps {
  readonly theme: PaletteAndFont
  readonly onChange: (changes: Partial<PaletteAndFont>) => void
}

/** Three colours, ready palettes of them, and a font. */
export function PaletteFields({ theme, onChange }: PaletteFieldsProps) {
  const isChosen = (name: PaletteName): boolean => colors.every((color) => palettes[name][color] === theme[color])
  return (
    <>
      <fieldset className="theme-colors">
        <legend>{t.colors}</legend>
        <div className="theme-palettes">
          {(Object.keys(palettes) as PaletteName[]).map((name) => (
            <button
              key={name}
              type="button"
              className="theme-palette"
              aria-pressed={isChosen(name)}
              onClick={() => onChange(palettes[name])}
              data-testid={`palette-${name}`}
            >
              <span className="theme-swatches" aria-hidden="true">
                {colors.map((color) => (
                  <i key={color} style={{ background: palettes[name][color] }} />
                ))}
              </span>
              {t.palettes[name]}
            </button>
          ))}
        </div>
        <div className="theme-inputs">
          {colors.map((color) => (
            <label key={color}>
              <input
                type="color"
                value={theme[color]}
                onChange={(event) => onChange({ [color]: event.currentTarget.value })}
                data-testid={`theme-${color}`}
              />
              {t[color]}
            </label>
          ))}
        </div>
      </fieldset>
      <div className="field">
        <label htmlFor="theme-font">{t.font}</label>
        <input
          id="theme-font"
          className="input"
          maxLength={200}
          value={theme.font}
          aria-describedby="theme-font-help"
          onChange={(event) => onChange({ font: event.currentTarget.value })}
        />
        <span className="hint" id="theme-font-help">
          {t.fontHelp}
        </span>
      </div>
    </>
  )
}

interface FileFieldProps {
  readonly name: 'fontFile' | 'logo'
  readonly label: string
  readonly help: string
  readonly value: string
  readonly onChange: (path: string) => void
}

/** A file of the host, which can be sent there. */
function FileField({ name, label, help, value, onChange }: FileFieldProps) {
  const id = `theme-${name}`
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="path-field">
        <input
          id={id}
          className="input"
          maxLength={4096}
          value={value}
          aria-describedby={`${id}-help`}
          onChange={(event) => onChange(event.currentTarget.value)}
          data-testid={id}
        />
        <PathButton what="file" disabled={false} onChoose={([path]) => path !== undefined && onChange(path)} />
      </div>
      <span className="hint" id={`${id}-help`}>
        {help}
      </span>
    </div>
  )
}

/** Colours and font, and a logo. */
export function ThemeFields({ theme, onChange }: ThemeFieldsProps) {
  return (
    <>
      <PaletteFields theme={theme} onChange={onChange} />
      <FileField
        name="fontFile"
        label={t.fontFile}
        help={t.fontFileHelp}
        value={theme.fontFile}
        onChange={(fontFile) => onChange({ fontFile })}
      />
      <FileField name="logo" label={t.logo} help={t.logoHelp} value={theme.logo} onChange={(logo) => onChange({ logo })} />
    </>
  )
}
