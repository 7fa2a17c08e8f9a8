import { call } from '../../client/api.ts'
import { overlayItemEdits } from '../../studio/overlays/overlay-item.ts'
import type { Overlay, OverlayKind } from '../../studio/overlays/overlay-store.ts'
import { deviceChoice } from '../../studio/templates/device-choice.tsx'
import { makeTemplate, type TemplateDocument } from '../../studio/templates/make-template.ts'
import { t as made } from '../../studio/templates/messages.ts'
import { canvasOf, themeOf } from '../../studio/templates/template-cards.tsx'
import type { TemplateName } from '../../studio/templates/template-options.ts'
import type { CanvasPart, Collection } from '../../studio/types.ts'

/** Height of the canvas that templates are made for: the host scales them to that of OBS. */
const short = 1080

/** A template for OBS: cameras, screens and microphones are those that OBS has. */
export function templateForObs(name: TemplateName, texts: Readonly<Record<'title' | 'speaker' | 'guest', string>>): TemplateDocument {
  return makeTemplate(name, {
    title: texts.title.trim() || made.made.title,
    speaker: texts.speaker.trim() || made.made.speaker,
    guest: texts.guest.trim() || made.made.guest,
    theme: themeOf(name),
    ...canvasOf(name, short),
    screen: deviceChoice(undefined, 'display'),
    camera: deviceChoice(undefined, 'camera'),
    microphone: deviceChoice(undefined, 'microphone'),
    systemAudio: true,
  })
}

/** The template with an overlay of this host on top of its first scene, by the URL that needs no sign-in. Rejects with ApiError. */
export async function withOverlay(document: TemplateDocument, overlay: Overlay, design: OverlayKind): Promise<object> {
  const { url } = await call('GET', `/studio/overlays/${overlay.id}/links`)
  const [scene] = document.scenes
  const [canvas] = document.canvases
  const edits = overlayItemEdits(overlay, design, document as unknown as Collection, 'main', canvas as unknown as CanvasPart)
  const [source, item] = edits.map((edit) => (edit as { readonly value: Record<string, unknown> }).value)
  return {
    ...document,
    sources: [...document.sources, { ...source, settings: { ...(source?.settings as object), url } }],
    scenes: [{ ...scene, items: [...(scene?.items ?? []), item] }, ...document.scenes.slice(1)],
  }
}
