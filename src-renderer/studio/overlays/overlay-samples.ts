import { t } from './messages.ts'

/** What a preview shows of a kind before there is an overlay. */
export function sampleState(kind: string, texts: { readonly title?: string; readonly subtitle?: string } = {}): unknown {
  const { sample } = t
  switch (kind) {
    case 'lower-third':
      return { visible: true, title: texts.title ?? sample.title, subtitle: texts.subtitle ?? sample.subtitle }
    case 'alert':
      return { showing: { id: 'sample', title: sample.alert, text: sample.alertText, image: '' }, waiting: 0 }
    case 'chat':
      return {
        messages: sample.messages.map((text, at) => ({
          id: `sample-${at}`,
          name: sample.names[at] ?? '',
          text,
          color: '',
          badge: '',
          atMs: Date.now(),
        })),
      }
    case 'viewers':
      return { count: 128 }
    case 'goal':
      return { value: 63, target: 100 }
    case 'number':
      return { value: 42 }
    case 'table':
      return { columns: sample.columns, rows: sample.teams.map((team, at) => [team, String(21 - at * 3)]) }
    default:
      return { points: sample.days.map((label, at) => ({ label, value: [12, 18, 9, 22, 27][at] ?? 10 })) }
  }
}

/** What a new overlay is sent, so that it is seen where it was put. */
export function firstPost(
  kind: string,
  texts: { readonly title: string; readonly subtitle: string },
): Readonly<Record<string, unknown>> | undefined {
  const { sample } = t
  switch (kind) {
    case 'lower-third':
      return { visible: true, ...texts }
    case 'alert':
      // Its page needs some seconds to start.
      return { title: sample.alert, text: sample.alertText, durationMs: 15_000 }
    case 'chat':
      return { name: sample.names[0], text: sample.messages[0] }
    case 'number':
      return { value: 0 }
    case 'table':
    case 'chart':
      return sampleState(kind) as Readonly<Record<string, unknown>>
    default:
      return undefined
  }
}
