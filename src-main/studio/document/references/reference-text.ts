import { type TBoolean, type TString, type TStringOptions, Type } from 'typebox'
import { secretUrl } from '../secrets/secret-text.ts'

/**
 * What a text of settings names outside of the collection: a path of the host's machine, a URL, either of both, a folder for files that
 * are written (empty or relative: below the studio's own), an X server, or the video or audio of a display of the remote desktop, by its id.
 */
export type ReferenceKind = 'path' | 'url' | 'path-or-url' | 'output-folder' | 'x-server' | 'desktop-display' | 'desktop-audio'

/** A text of settings that names something outside of the collection: judged by who wrote it. URLs may contain secrets. */
export function referenceText(kind: ReferenceKind, options: TStringOptions): TString {
  const isUrl = kind === 'url' || kind === 'path-or-url'
  return isUrl ? secretUrl({ ...options, reference: kind }) : Type.String({ ...options, reference: kind })
}

/** A switch of settings, off by default: on it uses what the text setting `of` beside it names in another way, which is judged by itself. */
export function referenceSwitch(kind: ReferenceKind, of: string, description: string): TBoolean {
  return Type.Boolean({ default: false, description, reference: kind, of })
}
