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

/** Colours and font, and a logo. */
export function ThemeFields({ theme, onChange }: ThemeFieldsProps) {
  return (
    <>
      <PaletteFields theme={theme} onChange={onChange} />
      <div className="field">
        <label htmlFor="theme-logo">{t.logo}</label>
        <input
          id="theme-logo"
          className="input"
          maxLength={4096}
          value={theme.logo}
          aria-describedby="theme-logo-help"
          onChange={(event) => onChange({ logo: event.currentTarget.value })}
          data-testid="theme-logo"
        />
        <span className="hint" id="theme-logo-help">
          {t.logoHelp}
        </span>
      </div>
    </>
  )
}
