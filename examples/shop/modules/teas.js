// What the shop sells; prices are for 100 g, in cents.
export const TEAS = [
  { id: 'sencha', name: 'Sencha', from: 'Japan', kind: 'Green', cents: 980, stars: 4.5, colour: '#a9c48f' },
  { id: 'gyokuro', name: 'Gyokuro', from: 'Japan', kind: 'Green', cents: 2450, stars: 5, colour: '#7fa66a' },
  { id: 'longjing', name: 'Longjing', from: 'China', kind: 'Green', cents: 1690, stars: 4, colour: '#c5cf8a' },
  { id: 'tieguanyin', name: 'Tieguanyin', from: 'China', kind: 'Oolong', cents: 1420, stars: 4.5, colour: '#d0a85c' },
  { id: 'dongding', name: 'Dong Ding', from: 'Taiwan', kind: 'Oolong', cents: 1850, stars: 4.5, colour: '#c58f4a' },
  { id: 'assam', name: 'Assam', from: 'India', kind: 'Black', cents: 720, stars: 3.5, colour: '#9c5a34' },
  { id: 'keemun', name: 'Keemun', from: 'China', kind: 'Black', cents: 1180, stars: 4, colour: '#7a4530' },
];

export const teaNamed = (id) => TEAS.find((tea) => tea.id === id);
