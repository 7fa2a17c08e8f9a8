import { Download, ScrollText } from 'lucide-react'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import type { Item } from '../../src-main/api/typed-api.ts'
import { call } from '../client/api.ts'
import { followTopics } from '../client/event-socket.ts'
import { useIsAdmin, useTitle } from '../components/page.ts'
import { notifyError } from '../components/toasts.tsx'
import { locale } from '../messages/language.ts'
import { health } from '../messages/page.ts'
import { t } from './messages.ts'
import './health.css'

type LogLine = Item<'/health/log'>

const levels = ['debug', 'info', 'warn', 'error'] as const
type Level = (typeof levels)[number]
/** Lines that the page shows at most: the newest. */
const maxLines = 1000
const clock = new Intl.DateTimeFormat(locale, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
})

interface Filter {
  readonly level: Level
  readonly part: string
  readonly text: string
}

const fits = (line: LogLine, { level, part, text }: Filter): boolean =>
  levels.indexOf(line.level) >= levels.indexOf(level) &&
  (part === '' || line.part === part || line.part.startsWith(`${part}/`)) &&
  (text === '' || `${line.message} ${line.fields}`.toLowerCase().includes(text.toLowerCase()))

/** Where the lines that fit are saved from. */
function exportUrl({ level, part, text }: Filter, format: 'json' | 'text'): string {
  const query = new URLSearchParams({ level, format, limit: '5000' })
  if (part !== '') query.set('part', part)
  if (text !== '') query.set('text', text)
  return `/api/v1/health/log?${query}`
}

/** The log: filtered, following what comes, saved as a file. */
export function LogPage() {
  useTitle(health.log)
  const admin = useIsAdmin()
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{health.log}</h1>
          <p>{admin ? t.log.lead : t.log.onlyAdmins}</p>
        </div>
      </header>
      {admin && <Log />}
    </>
  )
}

function Log() {
  const [lines, setLines] = useState<readonly LogLine[] | undefined>()
  const [level, setLevel] = useState<Level>('info')
  const [part, setPart] = useState('')
  const [typed, setText] = useState('')
  const [follow, setFollow] = useState(true)
  const text = useDeferredValue(typed)
  const list = useRef<HTMLOListElement>(null)
  const filter: Filter = { level, part, text }

  useEffect(() => {
    let stopped = false
    // Lines come in bursts: they are shown a few times a second.
    let waiting: LogLine[] = []
    const add = (more: readonly LogLine[]) =>
      setLines((before = []) => {
        const newest = before.at(-1)?.id ?? 0
        return [...before, ...more.filter(({ id }) => id > newest)].slice(-maxLines * 2)
      })
    const read = () => {
      call('GET', '/health/log', { query: { limit: maxLines * 2 } }).then(
        ({ items }) => {
          if (!stopped) setLines(items)
        },
        (error: unknown) => {
          if (!stopped) notifyError(error)
        },
      )
    }
    const close = followTopics(['health.log'], ({ data }) => waiting.push(data as LogLine), read)
    const timer = setInterval(() => {
      if (waiting.length === 0) return
      add(waiting)
      waiting = []
    }, 300)
    return () => {
      stopped = true
      close()
      clearInterval(timer)
    }
  }, [])

  const shown = (lines ?? []).filter((line) => fits(line, filter)).slice(-maxLines)
  const newest = shown.at(-1)?.id
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what is scrolled to
  useEffect(() => {
    if (follow && list.current !== null) list.current.scrollTop = list.current.scrollHeight
  }, [follow, newest])

  const parts = [...new Set((lines ?? []).flatMap((line) => [line.part.split('/')[0] as string, line.part]))].sort()
  return (
    <div className="stack">
      <div className="row log-tools">
        <select
          className="input fit-input"
          value={level}
          onChange={(event) => setLevel(event.target.value as Level)}
          aria-label={t.log.level}
          data-testid="log-level"
        >
          {levels.map((each) => (
            <option key={each} value={each}>
              {t.log.levels[each]}
            </option>
          ))}
        </select>
        <select
          className="input fit-input"
          value={part}
          onChange={(event) => setPart(event.target.value)}
          aria-label={t.log.part}
          data-testid="log-part"
        >
          <option value="">{t.log.everyPart}</option>
          {parts.map((each) => (
            <option key={each} translate="no">
              {each}
            </option>
          ))}
        </select>
        <input
          className="input log-search"
          type="search"
          value={typed}
          maxLength={200}
          placeholder={t.log.search}
          aria-label={t.log.search}
          onChange={(event) => setText(event.target.value)}
          data-testid="log-text"
        />
        <label className="check" title={t.log.followHelp}>
          <input type="checkbox" checked={follow} onChange={(event) => setFollow(event.target.checked)} data-testid="log-follow" />
          {t.log.follow}
        </label>
        <span className="spacer" />
        <a className="button" href={exportUrl(filter, 'text')} download="ami-streams.log" data-testid="log-export-text">
          <Download size={16} aria-hidden="true" />
          {t.log.exportText}
        </a>
        <a className="button" href={exportUrl(filter, 'json')} download="ami-streams-log.json" data-testid="log-export-json">
          <Download size={16} aria-hidden="true" />
          {t.log.exportJson}
        </a>
      </div>
      {lines === undefined ? (
        <div className="skeleton stream-skeleton" aria-hidden="true" />
      ) : shown.length === 0 ? (
        <div className="card empty">
          <ScrollText size={32} aria-hidden="true" />
          <p>{t.log.empty}</p>
        </div>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keys
        <ol className="card log-lines" ref={list} tabIndex={0} aria-label={t.log.lines} data-testid="log-lines">
          {shown.map((line) => (
            <li key={line.id} className={line.level} data-testid="log-line" data-level={line.level} translate="no">
              <time>{clock.format(line.timeMs)}</time>
              <span className="log-level">{line.level}</span>
              <span className="log-part">{line.part}</span>
              <span className="log-message">
                {line.message} {line.fields !== '' && <code className="quiet">{line.fields}</code>}
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}
