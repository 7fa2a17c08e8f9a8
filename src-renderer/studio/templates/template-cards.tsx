import { useState } from 'react'
import { deviceChoice } from './device-choice.tsx'
import { makeTemplate, templateNames, templates } from './make-template.ts'
import { t } from './messages.ts'
import type { TemplateName } from './template-options.ts'
import { TemplatePreview } from './template-preview.tsx'
import { palettes, type Theme } from './theme.ts'

/** The look that a template has until another is chosen. */
export const themeOf = (name: TemplateName): Theme => ({ ...palettes[templates[name].palette], font: '', fontFile: '', logo: '' })

/** Size of a canvas of a template, whose shorter side is `short` pixels. */
export function canvasOf(name: TemplateName, short: number): { readonly width: number; readonly height: number } {
  const { width, height } = templates[name]
  const scale = short / Math.min(width, height)
  return { width: width * scale, height: height * scale }
}

/** A template as it is offered: with its own colours and the usual texts. */
const offered = (name: TemplateName) =>
  makeTemplate(name, {
    title: t.made.title,
    speaker: t.made.speaker,
    guest: t.made.guest,
    theme: themeOf(name),
    ...canvasOf(name, 360),
    screen: deviceChoice(undefined, 'display'),
    camera: deviceChoice(undefined, 'camera'),
    microphone: undefined,
    systemAudio: false,
  })

/** The templates to choose one of, each as the host composes it. */
export function TemplateCards({ value, onChange }: { readonly value: TemplateName; readonly onChange: (name: TemplateName) => void }) {
  const [cards] = useState(() => templateNames.map((each) => ({ each, document: offered(each) })))
  return (
    <fieldset className="template-list">
      <legend className="sr-only">{t.list}</legend>
      {cards.map(({ each, document }) => (
        <label key={each} className="template-card" data-testid={`template-${each}`}>
          <input type="radio" name="template" value={each} checked={each === value} onChange={() => onChange(each)} />
          <span className="template-frame">
            <TemplatePreview
              document={document}
              scene={templates[each].cover}
              width={templates[each].width > templates[each].height ? 320 : 180}
              label=""
            />
          </span>
          <span>
            <b>{t.names[each]}</b>
            <span className="quiet small">{t.about[each]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}
