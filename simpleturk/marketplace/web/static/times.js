// Shows times in the worker's own zone and format; without scripts they are shown in UTC.
"use strict";

for (const time of document.querySelectorAll("time[datetime]")) {
  time.textContent = new Date(time.dateTime).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}
