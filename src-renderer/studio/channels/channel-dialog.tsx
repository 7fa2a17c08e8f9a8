import { useCallback, useEffect, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call, explain } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { notify, notifyError } from '../../components/toasts.tsx'
import type { ChannelServiceId } from './has-channel.ts'
import { t } from './messages.ts'
import { type Account, SignInForm } from './sign-in-form.tsx'
import './channels.css'

type Channel = Answer<'GET', '/studio/channels/*'>
type Category = NonNullable<Channel['category']>

interface ChannelDialogProps {
  readonly service: ChannelServiceId
  /** Name of the service. */
  readonly name: string
  readonly onClose: () => void
}

/** Title and category at Twitch or YouTube: first the account there, then what the service has, to be changed. */
export function ChannelDialog({ service: id, name, onClose }: ChannelDialogProps) {
  const [account, setAccount] = useState<Account>()
  const read = useCallback(() => {
    call('GET', '/studio/channels').then(({ items }) => setAccount(items.find((each) => each.service === id)), notifyError)
  }, [id])
  useEffect(read, [read])
  return (
    <Dialog title={t.open(name)} onClose={onClose} testId="channel-dialog">
      {account?.connected === false && <SignInForm account={account} name={name} onClose={onClose} onChange={read} />}
      {account?.connected === true && <ChannelForm account={account} name={name} onClose={onClose} onLeave={read} />}
    </Dialog>
  )
}

interface ChannelFormProps {
  readonly account: Account
  readonly name: string
  readonly onClose: () => void
  /** There is no access token any more. */
  readonly onLeave: () => void
}

/** Between a letter and the search for it, ms. */
const pauseMs = 300

function ChannelForm({ account: { service: id, connectedBy }, name, onClose, onLeave }: ChannelFormProps) {
  const [channel, setChannel] = useState<Channel>()
  const [problem, setProblem] = useState('')
  const [text, setText] = useState('')
  const [found, setFound] = useState<readonly Category[]>([])
  useEffect(() => {
    call('GET', `/studio/channels/${id}`).then(
      (read) => {
        setChannel(read)
        setText(read.category?.name ?? '')
      },
      (error: unknown) => setProblem(explain(error)),
    )
  }, [id])
  useEffect(() => {
    const wanted = text.trim()
    if (wanted === '' || wanted === channel?.category?.name) return
    let gone = false
    const timer = setTimeout(() => {
      call('GET', `/studio/channels/${id}/categories`, { query: { text: wanted } }).then(
        ({ items }) => gone || setFound(items),
        (error: unknown) => gone || setProblem(explain(error)),
      )
    }, pauseMs)
    return () => {
      gone = true
      clearTimeout(timer)
    }
  }, [id, text, channel])
  const disconnect = async (): Promise<void> => {
    try {
      const { revoked, problem: left } = await call('DELETE', `/studio/channels/${id}/account`)
      if (!revoked) notify(t.notRevoked(name, left ?? ''))
      onLeave()
    } catch (error) {
      notifyError(error)
    }
  }
  const save = async (fields: FormData): Promise<void> => {
    const wanted = text.trim()
    const isKept = wanted === '' || wanted === channel?.category?.name
    const category = found.find((each) => each.name.toLowerCase() === wanted.toLowerCase())
    if (!isKept && category === undefined) throw new Error(t.noCategory(wanted))
    await call('PUT', `/studio/channels/${id}`, {
      body: { title: String(fields.get('title') ?? '').trim(), ...(isKept || category === undefined ? {} : { category: category.id }) },
    })
    notify(t.saved(name))
    onClose()
  }
  return (
    <DialogForm
      onClose={onClose}
      onSubmit={save}
      action={t.save}
      testId="channel-save"
      disabled={channel === undefined}
      aside={
        <button type="button" className="button quiet" onClick={() => void disconnect()} data-testid="channel-disconnect">
          {connectedBy === 'sign-in' ? t.signOut : t.disconnect}
        </button>
      }
    >
      {problem !== '' && (
        <p className="output-error" role="alert" data-testid="channel-problem">
          {problem}
        </p>
      )}
      {channel === undefined && problem === '' && (
        <p className="quiet" role="status">
          {t.loading}
        </p>
      )}
      {channel !== undefined && (
        <>
          <div className="field">
            <label htmlFor="channel-title">{t.title}</label>
            <input
              id="channel-title"
              name="title"
              className="input"
              defaultValue={channel.title}
              required
              maxLength={id === 'youtube' ? 100 : 140}
              data-testid="channel-title"
            />
          </div>
          <div className="field">
            <label htmlFor="channel-category">{t.category}</label>
            <input
              id="channel-category"
              className="input"
              list="channel-categories"
              value={text}
              maxLength={100}
              aria-describedby="channel-category-help"
              onChange={(event) => setText(event.currentTarget.value)}
              data-testid="channel-category"
            />
            <datalist id="channel-categories">
              {found.map((each) => (
                <option key={each.id} value={each.name} />
              ))}
            </datalist>
            <span className="hint" id="channel-category-help">
              {t.categoryHelp}
            </span>
          </div>
        </>
      )}
    </DialogForm>
  )
}
