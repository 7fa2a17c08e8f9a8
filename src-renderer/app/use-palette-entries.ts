import { useMemo } from 'react'
import { useLocation } from 'wouter'
import { useClient } from '../client/store.ts'
import { useMayEdit } from '../components/page.ts'
import type { PaletteEntry } from '../components/palette-entries.ts'
import { health, app as t } from '../messages/page.ts'
import { openGuide } from '../studio/guide/guide-state.ts'
import { t as guideTexts } from '../studio/guide/messages.ts'
import { useKinds } from '../studio/kinds.ts'
import { showEntries } from '../studio/show-entries.ts'
import { useShow } from '../studio/show-store.ts'
import { t as templateTexts } from '../studio/templates/messages.ts'
import { openDialog } from '../studio/view-store.ts'
import { openShortcuts } from './shortcuts.tsx'
import { setTheme, useTheme } from './theme.ts'

const pages = (): readonly (readonly [path: string, text: string])[] => [
  ['/studio', t.studio],
  ['/live', t.live],
  ['/keys', t.keys],
  ['/inputs', t.inputs],
  ['/rules', t.rules],
  ['/obs', t.obs],
  ['/desktops', t.desktops],
  ['/network', t.network],
  ['/library', t.library],
  ['/activity', t.activity],
  ['/health', health.health],
  ['/log', health.log],
  ['/settings', t.settings],
]

/** What the palette finds now: sections, streams, the open show with everything that can be done with it. */
export function usePaletteEntries(): readonly PaletteEntry[] {
  const [, navigate] = useLocation()
  const streams = useClient((state) => state.streams)
  const open = useShow((state) => state.open)
  const program = useShow((state) => state.program)
  const reports = useShow((state) => state.outputReports)
  const editor = useMayEdit()
  const kinds = useKinds('source-kinds')
  return useMemo(() => {
    const toStudio = (): void => navigate('/studio')
    const inStudio = (id: string, text: string, show: () => void): PaletteEntry => ({
      id,
      text,
      sort: t.action,
      run: () => {
        toStudio()
        show()
      },
    })
    return [
      ...pages().map(([path, text]) => ({ id: path, text, sort: t.section, run: () => navigate(path) })),
      ...Object.values(streams).map(({ id, name, title }) => ({
        id: `stream ${id}`,
        text: title === '' || title === name ? name : `${title} (${name})`,
        sort: t.stream,
        run: () => navigate(`/live/${name}`),
      })),
      ...(open === null || program === null ? [] : showEntries({ open, program, reports, kinds, editor, toStudio })),
      ...(editor
        ? [inStudio('guide', guideTexts.open, openGuide), inStudio('template', templateTexts.open, () => openDialog('template'))]
        : []),
      { id: 'shortcuts', text: t.keyboardShortcuts, sort: t.action, run: openShortcuts },
      {
        id: 'theme',
        text: t.changeTheTheme,
        sort: t.action,
        run: () => setTheme(useTheme.getState().theme === 'dark' ? 'light' : 'dark'),
      },
    ]
  }, [streams, open, program, reports, kinds, editor, navigate])
}
