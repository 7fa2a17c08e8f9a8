import { section } from '../../messages/language.ts'

/** Every text of shows as files. */
export const t = section('studioShows', {
  exportMenu: 'Export with media',
  exportTitle: (name: string) => `Export ${name}`,
  exportText: 'One file with the show and the media that it uses, for another computer. Stream keys and passwords are left out.',
  media: (count: number, size: string) => `${count === 1 ? 'One media file' : `${count} media files`}, ${size}.`,
  missing: 'These are not in the file:',
  download: 'Download',
  importBundle: 'Import a show with its media',
  imported: 'Imported show',
  duplicate: 'Duplicate this show',
  duplicated: (name: string) => `Saved as ${name}`,
} as const)
