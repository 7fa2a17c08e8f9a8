import { RefreshCw } from 'lucide-react'
import { type ComponentType, useEffect, useState } from 'react'
import { components as t } from '../messages/page.ts'
import { readAheadOf } from './read-ahead.ts'
import { notify } from './toasts.tsx'

export interface LoadLaterOptions {
  /**
   * `page`: its place in the page waits for it, and says when it cannot be read. `dialog`: nothing is shown until it is there; a message
   * says when it cannot be read, and `onClose` is called. Default: `dialog`.
   */
  readonly as?: 'page' | 'dialog'
  /** It is read ahead while the browser has nothing to do; default: true. */
  readonly ahead?: boolean
}

/** A component whose script is read when it is first shown. */
export type LaterComponent<Props> = ComponentType<Props> & {
  /** Reads its script, if it is not here yet. */
  readonly read: () => Promise<void>
}

/**
 * Makes a component whose script is read when it is first shown, or ahead. A script that cannot be read, since the host was updated or is
 * away, takes nothing with it: what is shown stays, and the page is loaded again when the user says so.
 */
export function loadLater<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  { as = 'dialog', ahead = true }: LoadLaterOptions = {},
): LaterComponent<Props> {
  let Loaded: ComponentType<Props> | undefined
  const read = async (): Promise<void> => {
    Loaded ??= await load()
  }
  function Later(props: Props) {
    const [state, setState] = useState<'reading' | 'ready' | 'failed'>('reading')
    useEffect(() => {
      let isShown = true
      const become = (next: 'ready' | 'failed') => () => {
        if (isShown) setState(next)
      }
      if (Loaded === undefined) read().then(become('ready'), become('failed'))
      return () => {
        isShown = false
      }
    }, [])
    if (Loaded !== undefined) return <Loaded {...props} />
    if (as === 'page') return state === 'failed' ? <NotLoaded /> : <div className="skeleton stream-skeleton late" aria-busy="true" />
    return state === 'failed' ? <NotOpened onClose={(props as { readonly onClose?: () => void }).onClose} /> : null
  }
  if (ahead) readAheadOf(read)
  return Object.assign(Later, { read })
}

const reload = (): void => location.reload()

function NotLoaded() {
  return (
    <div className="card empty" role="alert" data-testid="not-loaded">
      <h1>{t.notLoaded}</h1>
      <p>{t.notLoadedText}</p>
      <button type="button" className="button primary" onClick={reload} data-testid="reload-page">
        <RefreshCw size={16} /> {t.reloadPage}
      </button>
    </div>
  )
}

function NotOpened({ onClose }: { readonly onClose: (() => void) | undefined }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: said once
  useEffect(() => {
    notify(`${t.notLoaded}. ${t.notLoadedText}`, reload, t.reloadPage)
    onClose?.()
  }, [])
  return null
}
