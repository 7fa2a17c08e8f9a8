import { CircleAlert, CircleCheck, CircleX, Globe } from 'lucide-react'
import { useEffect, useState } from 'react'
import { call, explain } from '../../client/api.ts'
import { CloseAction, Dialog } from '../../components/dialog.tsx'
import { FormError } from '../../components/form-error.tsx'
import { t } from '../messages.ts'
import { type BrowserCheck, checkFromHere, type HostReach } from './browser-reach.ts'
import './reach.css'

const icons = { good: CircleCheck, note: CircleAlert, problem: CircleX } as const

/** Opens what says whether links to desktops work from elsewhere. */
export function ReachButton() {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" className="button quiet" onClick={() => setOpen(true)} data-testid="reach-open">
        <Globe size={16} aria-hidden="true" /> {t.reach.title}
      </button>
      {open && <ReachDialog onClose={() => setOpen(false)} />}
    </>
  )
}

function ReachDialog({ onClose }: { readonly onClose: () => void }) {
  const [host, setHost] = useState<HostReach>()
  const [here, setHere] = useState<readonly BrowserCheck[]>()
  const [problem, setProblem] = useState('')
  useEffect(() => {
    const check = async (): Promise<void> => {
      const known = await call('GET', '/desktop/reach')
      setHost(known)
      setHere(await checkFromHere(known.iceServers))
    }
    check().catch((error: unknown) => setProblem(explain(error)))
  }, [])
  const all = [...(here ?? []), ...(host?.checks ?? [])]
  const works = all.every(({ state }) => state !== 'problem')
  return (
    <Dialog title={t.reach.title} onClose={onClose} testId="reach-dialog">
      <p className="quiet small">{t.reach.help}</p>
      <p role="status" data-testid="reach-result" data-works={here === undefined ? undefined : works}>
        {problem !== '' ? '' : here === undefined ? t.reach.checking : works ? t.reach.works : t.reach.fails}
      </p>
      <FormError text={problem} />
      <ul className="desktop-reach">
        {all.map(({ code, state, value }) => {
          const Icon = icons[state]
          return (
            <li key={`${code} ${value}`} data-testid="reach-check" data-code={code} data-state={state}>
              <Icon size={16} aria-hidden="true" />
              <span>
                <span className="sr-only">{t.reach.states[state]}: </span>
                {textOf(code, value)}
              </span>
            </li>
          )
        })}
      </ul>
      <CloseAction onClose={onClose} />
    </Dialog>
  )
}

/** A host that is newer than this page may know more. */
function textOf(code: string, value: string): string {
  const { checks } = t.reach
  return code in checks ? checks[code as keyof typeof checks](value) : `${code} ${value}`
}
