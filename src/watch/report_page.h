/* The page's parts as they are in the library, made of the files in page/. */
#ifndef GAN_SRC_WATCH_REPORT_PAGE_H
#define GAN_SRC_WATCH_REPORT_PAGE_H

#include <stddef.h>

extern const unsigned char gan_page_html[], gan_page_css[], gan_page_js[];
extern const size_t gan_page_html_size, gan_page_css_size, gan_page_js_size;

/* What stands before and after the data in a page; they hold no '<' themselves. */
#define GAN_PAGE_DATA_BEGINS "<script type=\"application/json\" id=\"data\">"
#define GAN_PAGE_DATA_ENDS   "</script>"

#endif
