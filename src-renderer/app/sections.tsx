import { Redirect, Route, Switch } from 'wouter'
import { loadLater } from '../components/load-later.tsx'

const LivePage = loadLater(async () => (await import('../live/live-page.tsx')).LivePage, { as: 'page' })
const StudioPage = loadLater(async () => (await import('../studio/studio-page.tsx')).StudioPage, { as: 'page' })
const StreamPage = loadLater(async () => (await import('../live/stream-page.tsx')).StreamPage, { as: 'page' })
const LibraryPage = loadLater(async () => (await import('../library/library-page.tsx')).LibraryPage, { as: 'page' })
const SettingsPage = loadLater(async () => (await import('../settings/settings-page.tsx')).SettingsPage, { as: 'page' })
const ActivityPage = loadLater(async () => (await import('../activity/activity-page.tsx')).ActivityPage, { as: 'page' })
const KeysPage = loadLater(async () => (await import('../keys/keys-page.tsx')).KeysPage, { as: 'page' })
const SourcesPage = loadLater(async () => (await import('../sources/sources-page.tsx')).SourcesPage, { as: 'page' })
const RulesPage = loadLater(async () => (await import('../rules/rules-page.tsx')).RulesPage, { as: 'page' })
const PublishPage = loadLater(async () => (await import('../publish/publish-page.tsx')).PublishPage, { as: 'page' })
const HealthPage = loadLater(async () => (await import('../health/health-page.tsx')).HealthPage, { as: 'page' })
const ObsPage = loadLater(async () => (await import('../obs/obs-page.tsx')).ObsPage, { as: 'page' })
const ObsInstancePage = loadLater(async () => (await import('../obs/obs-instance-page.tsx')).ObsInstancePage, { as: 'page' })
const DesktopsPage = loadLater(async () => (await import('../desktops/desktops-page.tsx')).DesktopsPage, { as: 'page' })
const DesktopPage = loadLater(async () => (await import('../desktops/desktop-page.tsx')).DesktopPage, { as: 'page' })
const NetworkPage = loadLater(async () => (await import('../network/network-page.tsx')).NetworkPage, { as: 'page' })
const LogPage = loadLater(async () => (await import('../health/log-page.tsx')).LogPage, { as: 'page' })

/** Sections with a path that is theirs alone. */
const pages = {
  '/publish': PublishPage,
  '/library': LibraryPage,
  '/keys': KeysPage,
  '/studio': StudioPage,
  '/inputs': SourcesPage,
  '/obs': ObsPage,
  '/desktops': DesktopsPage,
  '/network': NetworkPage,
  '/rules': RulesPage,
  '/activity': ActivityPage,
  '/health': HealthPage,
  '/log': LogPage,
  '/settings': SettingsPage,
} as const

/** What pages were called before. */
const renamed = { '/recordings': '/library', '/sources': '/inputs' } as const

/** Starts to read the script of the section that a path leads to: the page need not be drawn for that. */
export function readSection(path: string): void {
  const inside = { desktops: DesktopPage, obs: ObsInstancePage, live: StreamPage }[/^\/(desktops|obs|live)\/./.exec(path)?.[1] ?? '']
  const page = pages[path as keyof typeof pages] ?? inside ?? LivePage
  // Who draws the section says what is wrong.
  void page.read().catch(() => undefined)
}

/** The section that the path of the page leads to. */
export function Sections() {
  return (
    <Switch>
      <Route path="/live/:name/:tab?">{({ name, tab }) => <StreamPage key={name} name={name} tab={tab} />}</Route>
      <Route path="/live" component={LivePage} />
      <Route path="/desktops/:id">{({ id }) => <DesktopPage key={id} id={id} />}</Route>
      <Route path="/obs/:id">{({ id }) => <ObsInstancePage key={id} id={id} />}</Route>
      {Object.entries(pages).map(([path, Page]) => (
        <Route key={path} path={path} component={Page} />
      ))}
      {Object.entries(renamed).map(([before, now]) => (
        <Route key={before} path={before}>
          <Redirect to={now} replace />
        </Route>
      ))}
      <Route>
        <Redirect to="/live" replace />
      </Route>
    </Switch>
  )
}
