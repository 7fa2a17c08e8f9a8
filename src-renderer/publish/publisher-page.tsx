import { useTitle } from '../components/page.ts'
import { publish as t } from '../messages/page.ts'
import { Broadcast } from './broadcast.tsx'

/** The page behind a link to go live on a stream, without the rest of the host. After the link's # are the key, and whom it is for. */
export function PublisherPage({ name }: { readonly name: string }) {
  const link = new URLSearchParams(location.hash.slice(1))
  const key = link.get('key') ?? ''
  const guest = link.get('as') ?? ''
  const title = guest === '' ? t.goLiveOn(name) : t.goLiveAs(guest)
  useTitle(title)
  return (
    <main className="guest-page" id="content">
      <h1>{title}</h1>
      {key === '' ? (
        <p className="advice bad" role="alert">
          <b>{t.theLinkHasNoKey}</b> {t.askForTheWholeLink}
        </p>
      ) : (
        <div className="card">
          <div className="card-body">
            <Broadcast target={() => Promise.resolve({ name, key })} ready keyRemedy={t.askWhoeverSentYouThe} />
          </div>
        </div>
      )}
    </main>
  )
}
