import type { SentencePair } from '../sentences.ts'

/** Kinds of places in a show. */
const placeNames: Readonly<Record<string, string>> = {
  canvas: 'lienzo',
  scene: 'escena',
  source: 'fuente',
  transition: 'transición',
  item: 'elemento',
  group: 'grupo',
  filter: 'filtro',
}

/** Where in a show something is that OBS Studio has no equal for, as `scene "Main", item "Logo"`. */
export function exportObsPlace(english: string): string {
  return (
    placeNames[english] ??
    english.replaceAll(/(^|, )([a-z]+) "(.*?)"(?=$|, (?:item|group|filter) ")/g, (whole, before: string, kind: string, name: string) =>
      placeNames[kind] === undefined ? whole : `${before}${placeNames[kind]} «${name}»`,
    )
  )
}

/** What an export to OBS Studio says of it. A test compares it with the sentences in the code of the export. */
export const exportObsReasons: readonly SentencePair[] = [
  ['is left out with its scenes: OBS has one canvas', 'no se incluye, tampoco sus escenas: OBS tiene un solo lienzo'],
  ['is {}x{}: it is fitted into the {}x{} of OBS, with empty sides', 'mide {1}x{2}: se ajusta a los {3}x{4} de OBS, con lados vacíos'],
  [
    'is left out: add it in OBS, which lets no program create transitions',
    'no se incluye: añádela en OBS, que no deja que los programas creen transiciones',
  ],
  ['comes with the usual transition: choose its own in OBS', 'sale con la transición habitual: elige la suya en OBS'],
  ['is blended normally: OBS has no blend mode {}', 'se mezcla de forma normal: OBS no tiene el modo de fusión {1}'],
  ['comes and goes at once: choose its transition in OBS', 'aparece y desaparece de golpe: elige su transición en OBS'],
  [
    'is shown whole in its frame: {} cannot cut off what exceeds it',
    'se muestra entero en su marco: {1} no puede recortar lo que sobresale',
  ],
  ['is scaled smoothly: choose Point as its scale filter in OBS', 'se escala con suavizado: elige Punto como filtro de escala en OBS'],
  ['is a scene of its own{}: programs create no groups in OBS', 'es una escena propia{1}: los programas no crean grupos en OBS'],
  [', as large as the canvas: place it again', ', tan grande como el lienzo (colócala de nuevo)'],
  [
    'is opaque: OBS has no opacity of items. Add a Color Correction filter with {} % to its source',
    'es opaco: OBS no tiene opacidad de elementos. Añade a su fuente un filtro de corrección de color al {1} %',
  ],
  ['is heard together with others: OBS has no solo', 'se oye junto con otras: OBS no tiene solo'],
  ['does not multiply or add colours', 'no multiplica ni suma colores'],
  ['is left out: in OBS masks are image files', 'no se incluye: en OBS las máscaras son archivos de imagen'],
  ['is not inverted: use an inverted image', 'no se invierte: usa una imagen invertida'],
  ['has no table', 'no tiene tabla'],
  ['suppresses noise wholly', 'suprime el ruido por completo'],
  ['follows its own level: the source that controls it is left out', 'sigue su propio nivel: la fuente que lo controla no se incluye'],
  ['bends at one point: OBS has no knee', 'cambia en un solo punto: OBS no tiene codo'],
  ['adds no gain before it: put a Gain filter there', 'no añade ganancia antes: pon ahí un filtro de ganancia'],
  ['inverts both channels', 'invierte los dos canales'],
  ['is left out: OBS has no filter for {}', 'no se incluye: OBS no tiene ningún filtro para {1}'],
  ['is left out: {} has no {}', 'no se incluye: {1} no tiene {2}'],
  ['is left out: OBS has no gradients. Show an image of it', 'no se incluye: OBS no tiene degradados. Muestra una imagen de él'],
  ['has one colour: OBS has no gradients. Show an image of it', 'tiene un solo color: OBS no tiene degradados. Muestra una imagen de él'],
  ['has its own size: give its item bounds', 'tiene su propio tamaño: da límites a su elemento'],
  ['shows the files that are listed: add the folder in OBS', 'muestra los archivos de la lista: añade la carpeta en OBS'],
  ['plays its whole file', 'reproduce su archivo entero'],
  ['plays the first audio track of its file', 'reproduce la primera pista de audio de su archivo'],
  [
    'plays the first of its {} files: {} has no playlists (the VLC source)',
    'reproduce el primero de sus {1} archivos: {2} no tiene listas de reproducción (la fuente VLC)',
  ],
  [
    'is left out: in OBS, add a media source with the URL of that stream',
    'no se incluye: añade en OBS una fuente multimedia con la URL de esa emisión',
  ],
  ['asks for no password: write it into the URL in OBS', 'no pide contraseña: escríbela en la URL en OBS'],
  ['choose its camera: OBS names them otherwise', 'elige su cámara: OBS las nombra de otra manera'],
  [
    'is a camera: OBS has no guests. Choose a second camera, or a capture of the call',
    'es una cámara: OBS no tiene invitados. Elige una segunda cámara, o una captura de la llamada',
  ],
  ['shows the screen: {} has no game capture', 'muestra la pantalla: {1} no tiene captura de juegos'],
  ['choose its display: OBS names them otherwise', 'elige su pantalla: OBS las nombra de otra manera'],
  ['shows the whole screen: crop its item', 'muestra la pantalla entera: recorta su elemento'],
  ['choose its window: OBS names them otherwise', 'elige su ventana: OBS las nombra de otra manera'],
  ['write the name of this host before its URL', 'escribe el nombre de este servidor delante de su URL'],
  ['choose its device: OBS names them otherwise', 'elige su dispositivo: OBS los nombra de otra manera'],
  ['choose its application', 'elige su aplicación'],
  ['is left out: OBS has no kind of source for {}', 'no se incluye: OBS no tiene ningún tipo de fuente para {1}'],
  ['is left out: {} has no text source', 'no se incluye: {1} no tiene fuente de texto'],
  ['shows the text that was entered: OBS reads none from a URL', 'muestra el texto introducido: OBS no lo lee de una URL'],
  ['does not run: add a Scroll filter', 'no se desplaza: añade un filtro de desplazamiento'],
  [
    'has another font: OBS uses those that are installed, not a font file',
    'tiene otra tipografía: OBS usa las instaladas, no un archivo de tipografía',
  ],
  ['has the usual space between its letters', 'tiene el espacio habitual entre letras'],
  ['has no box behind it: put a colour source there', 'no tiene recuadro detrás: pon ahí una fuente de color'],
  ['its outline is black, 2 pixels wide', 'su contorno es negro, de 2 píxeles'],
  ['its shadow is black, 4 pixels to the right and below', 'su sombra es negra, 4 píxeles a la derecha y abajo'],
  ['has no shadow', 'no tiene sombra'],
  ['wipes to the right: its image is not a file', 'barre hacia la derecha: su imagen no es un archivo'],
  ['shows nothing: its film is not a file', 'no muestra nada: su película no es un archivo'],
  ['fades: OBS has no transition that moves items', 'funde: OBS no tiene ninguna transición que mueva elementos'],
  // Why a source is left out.
  [
    'is left out: OBS has no clock. A browser source can show one',
    'no se incluye: OBS no tiene reloj. Una fuente de navegador puede mostrar uno',
  ],
  [
    'is left out: OBS has no timer. A script or a browser source can show one',
    'no se incluye: OBS no tiene temporizador. Un script o una fuente de navegador puede mostrar uno',
  ],
  ['is left out: OBS has no test pattern', 'no se incluye: OBS no tiene carta de ajuste'],
  ['is left out: OBS has no test tone', 'no se incluye: OBS no tiene tono de prueba'],
  [
    'is left out: OBS plays no numbered images: make a film of them',
    'no se incluye: OBS no reproduce imágenes numeradas: haz una película con ellas',
  ],
  // What an OBS does not have.
  ['colour source', 'fuente de color'],
  ['image source', 'fuente de imagen'],
  ['image slideshow', 'presentación de imágenes'],
  ['media source', 'fuente multimedia'],
  ['VLC source', 'fuente VLC'],
  ['camera', 'cámara'],
  ['screen capture', 'captura de pantalla'],
  ['window capture', 'captura de ventana'],
  ['browser source', 'fuente de navegador'],
  ['audio input', 'entrada de audio'],
  ['desktop audio', 'audio del escritorio'],
  ['audio of applications', 'audio de aplicaciones'],
]
