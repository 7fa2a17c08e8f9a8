/**
 * Cut and fade have no entry in a document: they are found by their names in the language of the user who saved it. No name of one is
 * a name of the other in another language.
 */
const cuts = new Set(
  [
    'Cut Coupure Schnitt Corte Cortar Taglio Talla Cięcie Rez Střih Strih Knip Knippen Klip Klipp Kutt Leikkaa Lõika Kes Decupare',
    'Etena Geàrr Gzem Izreži Jêkirin Paputol Potong Putulin Qıyıw Sečenje Tniycie Cắt Αποκοπή Изрязване Обрезка Рэзкі Сечење Կտրել חתוך',
    'برش قطع كەس काटें ছেদন வெட்டு කපන්න ตัด მოჭრა カット 直接切换 直接轉場 裁切 자르기',
  ]
    .join(' ')
    .split(' ')
    .concat('Éles vágás')
    .map(folded),
)
const fades = new Set(
  [
    'Fade Fondu Überblende Überblenden Desvanecer Desvanecimiento Dissolvenza Esmaecer Esvaecer Esvair Estompare Vervaag Vervagen Overgang',
    'Forløpning Hajuv Häivytä Crìon Iraungi Izbljeđivanje Lumaho Miznutie Palabo Pojemaj Prelínať Pudar Resap Slábnutí Soldur Tona',
    'Wendabûn Zanikanie Zatamnjenje Áttűnés Ξεθώριασμα Затамњење Затухание Затуханне Затъмнение Թուլացնել עמעום تلاشي سۇسلاشتۇر धुँधला',
    'ফেইড เฟด მილევა フェード 淡入淡出 渐变',
  ]
    .join(' ')
    .split(' ')
    .concat('Mờ dần', 'محو شدن', '서서히 사라지기')
    .map(folded),
)

/** Which transition that every OBS Studio has goes by this name in one of its languages. */
export function builtInTransition(name: string): 'cut' | 'fade' | undefined {
  const word = folded(name)
  return cuts.has(word) ? 'cut' : fades.has(word) ? 'fade' : undefined
}

function folded(name: string): string {
  return name.normalize('NFC').trim().toLowerCase()
}
