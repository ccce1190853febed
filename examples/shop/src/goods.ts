import { detailDrawings } from './drawings/details.ts';
import { lightDrawings } from './drawings/light.ts';
import { textileDrawings } from './drawings/textile.ts';
import type { InBoth } from './languages.ts';

export const categories = ['light', 'textile', 'details'] as const;

export type Category = (typeof categories)[number];

export interface Item {
  readonly slug: string;
  readonly category: Category;
  readonly name: InBoth;
  /** One line under the name. */
  readonly line: InBoth;
  readonly about: InBoth;
  readonly facts: InBoth<readonly string[]>;
  /** Whole roubles. */
  readonly price: number;
  readonly isNew?: boolean;
  /** Inline SVG. */
  readonly drawing: string;
}

export const goods: readonly Item[] = [
  {
    slug: 'boletus-lamp',
    category: 'light',
    name: { ru: 'Лампа «Боровик»', en: 'Boletus table lamp' },
    line: { ru: 'Опаловое стекло, дуб', en: 'Opal glass, oak' },
    about: {
      ru: 'Рассеивает свет так мягко, что рядом с ней хочется говорить тише. Шляпку выдувают в Гусь-Хрустальном, ножку точат из дуба и натирают маслом.',
      en: 'Its light is so soft that people beside it lower their voices. The cap is blown in Gus-Khrustalny, the foot is turned from oak and rubbed with oil.',
    },
    facts: {
      ru: ['Высота 34 см, шляпка 28 см', 'Цоколь E14, до 25 Вт', 'Плавный выключатель на проводе'],
      en: ['34 cm high, cap 28 cm', 'E14 socket, up to 25 W', 'Dimmer on the cord'],
    },
    price: 8900,
    isNew: true,
    drawing: lightDrawings.boletus,
  },
  {
    slug: 'luna-pendant',
    category: 'light',
    name: { ru: 'Подвес «Луна»', en: 'Luna pendant' },
    line: { ru: 'Рисовая бумага, сталь', en: 'Rice paper, steel' },
    about: {
      ru: 'Большой бумажный шар на тонком чёрном проводе. Весит меньше яблока, а комнату собирает целиком.',
      en: 'A large paper globe on a thin black cord. It weighs less than an apple and gathers the whole room.',
    },
    facts: {
      ru: ['Диаметр 45 см', 'Провод 1,8 м, укорачивается', 'Цоколь E27, до 40 Вт'],
      en: ['45 cm across', '1.8 m cord, can be shortened', 'E27 socket, up to 40 W'],
    },
    price: 6400,
    drawing: lightDrawings.luna,
  },
  {
    slug: 'crane-floor-lamp',
    category: 'light',
    name: { ru: 'Торшер «Журавль»', en: 'Crane floor lamp' },
    line: { ru: 'Латунь, льняной абажур', en: 'Brass, linen shade' },
    about: {
      ru: 'Наклоняется над креслом и не занимает места: опора стоит под сиденьем. Абажур шьём сами, цвет можно выбрать.',
      en: 'Leans over an armchair and takes no room: its foot stands under the seat. We sew the shade ourselves, in a colour of your choice.',
    },
    facts: {
      ru: ['Высота 152 см', 'Поворот дуги на 180°', 'Абажур снимается для стирки'],
      en: ['152 cm high', 'The arm turns by 180°', 'The shade comes off for washing'],
    },
    price: 18700,
    drawing: lightDrawings.crane,
  },
  {
    slug: 'hoarfrost-throw',
    category: 'textile',
    name: { ru: 'Плед «Иней»', en: 'Hoarfrost throw' },
    line: { ru: 'Шерсть мериноса', en: 'Merino wool' },
    about: {
      ru: 'Тёплый и почти невесомый. Ткём в Павловском Посаде из мериноса, который не колется.',
      en: 'Warm and almost weightless. Woven in Pavlovsky Posad from merino that does not prickle.',
    },
    facts: {
      ru: ['130 × 180 см', '100 % шерсть, 420 г', 'Ручная стирка при 30°'],
      en: ['130 × 180 cm', '100 % wool, 420 g', 'Hand wash at 30°'],
    },
    price: 7200,
    isNew: true,
    drawing: textileDrawings.throw,
  },
  {
    slug: 'linen-bedding',
    category: 'textile',
    name: { ru: 'Постель «Лён и вода»', en: 'Linen & Water bedding' },
    line: { ru: 'Варёный лён, комплект', en: 'Stonewashed linen, a set' },
    about: {
      ru: 'Вологодский лён, который варят два часа, чтобы он стал мягким с первой ночи. Гладить не нужно.',
      en: 'Vologda linen, boiled for two hours so that it is soft from the first night. No ironing needed.',
    },
    facts: {
      ru: ['Пододеяльник 200 × 220 см', 'Две наволочки 50 × 70 см', 'Стирка при 40°'],
      en: ['Duvet cover 200 × 220 cm', 'Two pillowcases 50 × 70 cm', 'Wash at 40°'],
    },
    price: 14900,
    drawing: textileDrawings.bedding,
  },
  {
    slug: 'pebble-cushion',
    category: 'textile',
    name: { ru: 'Подушка «Галька»', en: 'Pebble cushion' },
    line: { ru: 'Лён с хлопком, пух', en: 'Linen and cotton, down' },
    about: {
      ru: 'Подушка, на которую можно опереться всерьёз. Чехол на потайной молнии, три спокойных цвета.',
      en: 'A cushion to lean on in earnest. The cover has a hidden zip and comes in three calm colours.',
    },
    facts: {
      ru: ['45 × 45 см', 'Чехол стирается при 40°', 'Сшито в Иванове'],
      en: ['45 × 45 cm', 'Cover washes at 40°', 'Sewn in Ivanovo'],
    },
    price: 3100,
    drawing: textileDrawings.cushion,
  },
  {
    slug: 'morning-towels',
    category: 'textile',
    name: { ru: 'Полотенца «Утро»', en: 'Morning towels' },
    line: { ru: 'Кухонные, три штуки', en: 'For the kitchen, three of them' },
    about: {
      ru: 'Вафельный лён, который сохнет за час. С каждой стиркой становится только лучше.',
      en: 'Waffle linen that dries within an hour and gets better with every wash.',
    },
    facts: {
      ru: ['50 × 70 см, три цвета', '55 % лён, 45 % хлопок', 'Стирка при 60°'],
      en: ['50 × 70 cm, three colours', '55 % linen, 45 % cotton', 'Wash at 60°'],
    },
    price: 1890,
    drawing: textileDrawings.towels,
  },
  {
    slug: 'field-rug',
    category: 'textile',
    name: { ru: 'Ковёр «Поле»', en: 'Field rug' },
    line: { ru: 'Шерсть, ручное ткачество', en: 'Wool, woven by hand' },
    about: {
      ru: 'Безворсовый ковёр с рисунком вспаханного поля. Лежит ровно и не скользит.',
      en: 'A flat-woven rug with the pattern of a ploughed field. It lies flat and does not slip.',
    },
    facts: {
      ru: ['160 × 230 см', 'Дагестанская шерсть', 'Двусторонний'],
      en: ['160 × 230 cm', 'Wool from Dagestan', 'Can be turned over'],
    },
    price: 24300,
    drawing: textileDrawings.rug,
  },
  {
    slug: 'drop-vase',
    category: 'details',
    name: { ru: 'Ваза «Капля»', en: 'Drop vase' },
    line: { ru: 'Каменная масса, матовая глазурь', en: 'Stoneware, matt glaze' },
    about: {
      ru: 'Для одной ветки. Мастерская в Суздале обжигает их по двенадцать штук, поэтому двух одинаковых нет.',
      en: 'For a single branch. A workshop in Suzdal fires them twelve at a time, so no two are alike.',
    },
    facts: {
      ru: ['Высота 24 см', 'Держит воду', 'Обжиг при 1240°'],
      en: ['24 cm high', 'Holds water', 'Fired at 1240°'],
    },
    price: 4600,
    isNew: true,
    drawing: detailDrawings.vase,
  },
  {
    slug: 'cedar-candle',
    category: 'details',
    name: { ru: 'Свеча «Кедр»', en: 'Cedar candle' },
    line: { ru: 'Соевый воск, 40 часов', en: 'Soy wax, 40 hours' },
    about: {
      ru: 'Пахнет сухим деревом и совсем немного дымом. Стакан потом служит для карандашей.',
      en: 'Smells of dry wood and just a little of smoke. Later the glass serves for pencils.',
    },
    facts: {
      ru: ['220 г, горит около 40 часов', 'Хлопковый фитиль', 'Без красителей'],
      en: ['220 g, burns for about 40 hours', 'Cotton wick', 'No dyes'],
    },
    price: 2200,
    drawing: detailDrawings.candle,
  },
  {
    slug: 'reed-basket',
    category: 'details',
    name: { ru: 'Корзина «Камыш»', en: 'Reed basket' },
    line: { ru: 'Плетёная, с ручками', en: 'Woven, with handles' },
    about: {
      ru: 'Для пледов, дров или игрушек. Держит форму и не пахнет лаком: его там нет.',
      en: 'For throws, firewood or toys. It keeps its shape and does not smell of varnish: there is none.',
    },
    facts: {
      ru: ['Диаметр 38 см, высота 34 см', 'Выдерживает 15 кг', 'Плетут в Астрахани'],
      en: ['38 cm across, 34 cm high', 'Carries 15 kg', 'Woven in Astrakhan'],
    },
    price: 3900,
    drawing: detailDrawings.basket,
  },
  {
    slug: 'lake-mirror',
    category: 'details',
    name: { ru: 'Зеркало «Озеро»', en: 'Lake mirror' },
    line: { ru: 'Ясень, серебряное стекло', en: 'Ash wood, silvered glass' },
    about: {
      ru: 'Неровное, как лесное озеро сверху. Вешается двумя способами.',
      en: 'Uneven, like a forest lake from above. It hangs either way.',
    },
    facts: {
      ru: ['62 × 78 см', 'Рама из ясеня, масло', 'Крепления в коробке'],
      en: ['62 × 78 cm', 'Oiled ash frame', 'Fixings in the box'],
    },
    price: 11500,
    drawing: detailDrawings.mirror,
  },
];

export const itemBySlug = (slug: string): Item | undefined => goods.find((item) => item.slug === slug);
